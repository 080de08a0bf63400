/**
 * What a run knows of itself: its state, its identity, what its checkpoints say, and its state on the way to the
 * executors, whole or as an update. Start at {@link RunState}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.run;

import org.jspecify.annotations.NullMarked;
