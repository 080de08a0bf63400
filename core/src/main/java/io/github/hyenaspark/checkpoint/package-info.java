/**
 * Saves and restores a training state. Immutable objects come first and the manifest, created exclusively, last. Start
 * at CheckpointStore.
 */
@NullMarked
package io.github.hyenaspark.checkpoint;

import org.jspecify.annotations.NullMarked;
