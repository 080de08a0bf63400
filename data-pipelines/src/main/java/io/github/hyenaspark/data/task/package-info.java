/** Synthetic tasks that tell operators apart, as inputs of prepare. Start at {@link Task}. */
@NullMarked
package io.github.hyenaspark.data.task;

import org.jspecify.annotations.NullMarked;
