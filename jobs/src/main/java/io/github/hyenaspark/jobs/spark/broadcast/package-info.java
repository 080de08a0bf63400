/** The state of a run on its way to the executors, whole or as an update. Start at {@link BroadcastState.Sender}. */
@NullMarked
package io.github.hyenaspark.jobs.spark.broadcast;

import org.jspecify.annotations.NullMarked;
