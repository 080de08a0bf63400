/**
 * Models in the forms that other programs keep them in: safari's PyTorch classes, and any program with Deeplearning4j.
 * Knows models and tensors, neither runs nor checkpoints. Start at {@link SafariTensors}.
 */
@NullMarked
package io.github.hyenaspark.exchange;

import org.jspecify.annotations.NullMarked;
