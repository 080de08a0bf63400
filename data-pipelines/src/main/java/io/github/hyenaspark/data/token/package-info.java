/**
 * Text to token ids and back. A tokenizer's fingerprint travels with every dataset and checkpoint. Start at Tokenizer.
 */
@NullMarked
package io.github.hyenaspark.data.token;

import org.jspecify.annotations.NullMarked;
