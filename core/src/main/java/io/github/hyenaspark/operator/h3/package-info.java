/**
 * The H3 operator (arXiv 2212.14052): a shift and a diagonal state-space model between products of projections. It uses
 * the long convolutions of Hyena's room. Start at {@link H3Operator}.
 */
@NullMarked
package io.github.hyenaspark.operator.h3;

import org.jspecify.annotations.NullMarked;
