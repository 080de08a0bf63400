/**
 * One step of an optimizer on flat arrays: AdamW with parameter groups, clipping by the global norm, and the
 * learning-rate schedule. A double reference is the oracle. Start at {@link AdamW}.
 */
@NullMarked
package io.github.hyenaspark.train.optim;

import org.jspecify.annotations.NullMarked;
