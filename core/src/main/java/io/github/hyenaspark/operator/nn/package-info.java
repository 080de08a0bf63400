/** The parts of every layer, each with a double reference. Start at {@link DifferentiableModule}. */
@NullMarked
package io.github.hyenaspark.operator.nn;

import org.jspecify.annotations.NullMarked;
