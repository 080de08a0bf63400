package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.train.RoundResult;

/**
 * What one worker sends back after a round.
 *
 * @param result its new state and losses
 * @param place where it ran
 * @param loadMillis time spent reading batches
 * @param trainMillis time of the whole task, reading included
 */
public record WorkerRound(RoundResult result, TaskPlace place, long loadMillis, long trainMillis) {}
