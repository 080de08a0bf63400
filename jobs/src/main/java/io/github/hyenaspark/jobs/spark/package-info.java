/**
 * Everything that touches Spark: the session, serialisation, and what runs on executors. But in rounds with a deadline,
 * what a task makes depends on its arguments alone, so that a lost one is done again to the same bits. Start at
 * {@link io.github.hyenaspark.jobs.spark.averaging.AveragingDriver}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark;

import org.jspecify.annotations.NullMarked;
