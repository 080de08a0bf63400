/**
 * The Hyena operator (arXiv 2302.10866): N data-controlled gates around N−1 implicit long convolutions. It comes in the
 * form that trains, the form that generates token by token, and a double reference. Start at {@link HyenaOperator}.
 */
@NullMarked
package io.github.hyenaspark.operator.hyena;

import org.jspecify.annotations.NullMarked;
