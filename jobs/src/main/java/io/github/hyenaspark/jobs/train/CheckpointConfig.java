package io.github.hyenaspark.jobs.train;

/**
 * The section {@code checkpoint}.
 *
 * @param everyRounds rounds between two checkpoints, at least 1
 * @param keep how many checkpoints stay, at least 1
 * @param async whether they are written while the next rounds run
 */
public record CheckpointConfig(long everyRounds, int keep, boolean async) {}
