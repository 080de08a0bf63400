/** The H3 operator (arXiv 2212.14052), by the long convolutions of the Hyena room. Start at {@link H3Operator}. */
@NullMarked
package io.github.hyenaspark.operator.h3;

import org.jspecify.annotations.NullMarked;
