package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.train.TrainingState;

/**
 * Where a run is after some rounds: all that the next round depends on. The arrays belong to this record and are never
 * changed; every round makes new ones.
 *
 * @param round rounds done
 * @param tokens tokens trained on, all workers together
 * @param state parameters and updater state
 * @param outerMomentum the outer optimiser's momentum, P
 */
public record RunState(long round, long tokens, TrainingState state, float[] outerMomentum) {}
