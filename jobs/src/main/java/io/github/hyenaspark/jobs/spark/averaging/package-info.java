/**
 * The round loop on the driver: send the state, collect K results, average, step, save. Start at
 * {@link AveragingDriver}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.averaging;

import org.jspecify.annotations.NullMarked;
