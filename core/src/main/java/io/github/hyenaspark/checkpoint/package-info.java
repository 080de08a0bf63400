/** Saves training states and finds the newest intact one. Start at {@link CheckpointStore}. */
@NullMarked
package io.github.hyenaspark.checkpoint;

import org.jspecify.annotations.NullMarked;
