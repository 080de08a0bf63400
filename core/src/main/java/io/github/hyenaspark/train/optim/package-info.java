/**
 * One step of the optimizer on flat arrays: AdamW with parameter groups, Muon for weight matrices, clipping by the
 * global norm, and the learning-rate schedule. A double reference is the oracle. Start at {@link Optimizer}.
 */
@NullMarked
package io.github.hyenaspark.train.optim;

import org.jspecify.annotations.NullMarked;
