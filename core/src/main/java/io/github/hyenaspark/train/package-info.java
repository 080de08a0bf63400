/**
 * Training that needs no cluster: the optimisers, the schedule and one worker's local steps. Everything here is a pure
 * function of its arguments, but for what measures this machine: StepBenchmark and ConvolutionBenchmark. Start at
 * LocalTrainer.
 */
@NullMarked
package io.github.hyenaspark.train;

import org.jspecify.annotations.NullMarked;
