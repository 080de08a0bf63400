/**
 * Saves training states and finds the newest intact one. Writes immutable objects first and the manifest, created
 * exclusively, last. Start at {@link CheckpointStore}.
 */
@NullMarked
package io.github.hyenaspark.checkpoint;

import org.jspecify.annotations.NullMarked;
