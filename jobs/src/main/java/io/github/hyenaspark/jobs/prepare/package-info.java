/**
 * The commands that make data: {@code prepare}, {@code train-tokenizer} and {@code vacuum}. Start at
 * {@link PrepareJob}.
 */
@NullMarked
package io.github.hyenaspark.jobs.prepare;

import org.jspecify.annotations.NullMarked;
