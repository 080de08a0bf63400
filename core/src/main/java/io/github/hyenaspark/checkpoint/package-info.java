/**
 * Saves a training state and finds the newest one of which every byte is right. Immutable objects come first and the
 * manifest, created exclusively, last. Start at {@link CheckpointStore}.
 */
@NullMarked
package io.github.hyenaspark.checkpoint;

import org.jspecify.annotations.NullMarked;
