/**
 * Documents through a trained model on Spark, and the public API for it. It works in anyone's Spark session. Start at
 * {@link Scoring}.
 */
@NullMarked
package io.github.hyenaspark.jobs.spark;

import org.jspecify.annotations.NullMarked;
