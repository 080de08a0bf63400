/**
 * What a run knows of itself: its state, its identity, what its checkpoints say, and the channel between driver and
 * executors. Start at {@link RunState}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.run;

import org.jspecify.annotations.NullMarked;
