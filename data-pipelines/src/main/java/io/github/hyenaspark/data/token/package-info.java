/**
 * Text to token ids and back, by bytes, bases, symbols or byte-level BPE; and what learns BPE. Start at
 * {@link Tokenizer}.
 */
@NullMarked
package io.github.hyenaspark.data.token;

import org.jspecify.annotations.NullMarked;
