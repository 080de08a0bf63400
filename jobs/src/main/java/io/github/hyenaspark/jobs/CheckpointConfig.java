package io.github.hyenaspark.jobs;

/**
 * The section {@code checkpoint}.
 *
 * @param everyRounds rounds between two checkpoints, at least 1
 * @param keep how many checkpoints stay, at least 1
 */
record CheckpointConfig(long everyRounds, int keep) {}
