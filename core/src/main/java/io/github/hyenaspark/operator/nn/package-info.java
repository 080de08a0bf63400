/**
 * The parts that every network layer is made of: parameters and how they start, dense projections, norms, short
 * convolutions, positions, and the interface of a mixer. Each has a float form that runs and a double reference that
 * checks it. Start at {@link DifferentiableModule}, then {@link MixerConfig}.
 */
@NullMarked
package io.github.hyenaspark.operator.nn;

import org.jspecify.annotations.NullMarked;
