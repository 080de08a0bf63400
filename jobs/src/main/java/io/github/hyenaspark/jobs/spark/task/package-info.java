/**
 * What every task needs on its executor: storage, models, batches and tokenizers that wait there for the next task.
 * Start at {@link ExecutorState}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.task;

import org.jspecify.annotations.NullMarked;
