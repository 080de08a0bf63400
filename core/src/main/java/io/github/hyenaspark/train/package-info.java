/**
 * Training that needs no cluster: one worker's local steps, the average of what workers found, and the outer step.
 * Everything here is a pure function of its arguments, but for the benchmarks, which measure this machine. Start at
 * {@link LocalTrainer}.
 */
@NullMarked
package io.github.hyenaspark.train;

import org.jspecify.annotations.NullMarked;
