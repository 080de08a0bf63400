/**
 * One worker's part of a round, as a task: local steps, encoding the result, averaging ranges of it on executors. A
 * task's result depends on its arguments alone, so a lost task is repeated to the same bits. Start at
 * {@link AveragingTask}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.worker;

import org.jspecify.annotations.NullMarked;
