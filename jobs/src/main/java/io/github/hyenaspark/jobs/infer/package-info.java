/**
 * The commands that use a trained model: {@code evaluate}, {@code score}, {@code embed} and {@code generate}. Start at
 * {@link EvaluateJob}.
 */
@NullMarked
package io.github.hyenaspark.jobs.infer;

import org.jspecify.annotations.NullMarked;
