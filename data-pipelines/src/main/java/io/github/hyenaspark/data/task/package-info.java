/**
 * Synthetic tasks that tell operators apart, as inputs of {@code prepare}. {@link io.github.hyenaspark.data.task.Task}
 * draws examples, {@link io.github.hyenaspark.data.task.TaskInput} makes files of them. What a model makes of them,
 * {@code evaluate} says.
 */
@NullMarked
package io.github.hyenaspark.data.task;

import org.jspecify.annotations.NullMarked;
