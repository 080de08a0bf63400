/**
 * The Spark session of a command, and Kryo: every class that crosses the wire is registered here. Start at
 * {@link SparkRuntime}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark.session;

import org.jspecify.annotations.NullMarked;
