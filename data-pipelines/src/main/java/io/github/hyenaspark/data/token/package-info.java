/**
 * Text to token ids and back, by bytes, bases or byte-level BPE, which is also learnt here. A tokenizer's fingerprint
 * travels with every dataset and checkpoint. Start at {@link Tokenizer}.
 */
@NullMarked
package io.github.hyenaspark.data.token;

import org.jspecify.annotations.NullMarked;
