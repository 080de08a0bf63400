/**
 * The loss of a model over a split, chunk by chunk; sums are merged in order, so the result is the same on any cluster.
 * Start at {@link SparkEvaluation}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.evaluation;

import org.jspecify.annotations.NullMarked;
