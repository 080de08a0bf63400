package io.github.hyenaspark.train;

import io.github.hyenaspark.train.optim.TrainingState;

/**
 * Where one worker is after its local steps.
 *
 * @param report what it says of them
 * @param state after the last one
 */
public record RoundResult(WorkerReport report, TrainingState state) {}
