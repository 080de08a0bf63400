/**
 * Both ends of a language model: the token embedding, and the head with softmax and loss, which shares the embedding's
 * weights. Start at {@link LanguageModelHead}.
 */
@NullMarked
package io.github.hyenaspark.operator.head;

import org.jspecify.annotations.NullMarked;
