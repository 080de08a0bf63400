/**
 * The commands that make data, {@code prepare} and {@code train-tokenizer}, and those that look after it. Start at
 * {@link PrepareJob}.
 */
@NullMarked
package io.github.hyenaspark.jobs.prepare;

import org.jspecify.annotations.NullMarked;
