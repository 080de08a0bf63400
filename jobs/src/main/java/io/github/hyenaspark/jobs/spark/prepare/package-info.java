/**
 * Preparing data as Spark jobs: a task per work unit, duplicates by two sorts, word counts for a tokenizer. Tasks
 * publish nothing. Start at {@link SparkPrepare}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.prepare;

import org.jspecify.annotations.NullMarked;
