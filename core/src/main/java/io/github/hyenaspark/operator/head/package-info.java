/** Both ends of a language model, which share weights. Start at {@link LanguageModelHead}. */
@NullMarked
package io.github.hyenaspark.operator.head;

import org.jspecify.annotations.NullMarked;
