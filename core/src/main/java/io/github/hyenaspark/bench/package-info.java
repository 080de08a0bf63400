/**
 * Benchmarks of this machine: the long convolution, a training step, generation, and the roofline beside them. They
 * measure and return figures; printing is the commands' work. Start at {@link StepBenchmark}.
 */
@NullMarked
package io.github.hyenaspark.bench;

import org.jspecify.annotations.NullMarked;
