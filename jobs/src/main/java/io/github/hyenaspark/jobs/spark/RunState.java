package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.train.TrainingState;
import java.util.List;

/**
 * Where a run is after some rounds: all that the next round depends on. The arrays belong to this record and are never
 * changed; every round makes new ones.
 *
 * @param round rounds done
 * @param tokens tokens trained on, all workers together
 * @param state parameters, and the moments if the workers share them
 * @param outerMomentum the outer optimiser's momentum, P
 * @param kept what every worker keeps for its next round, in the order of the workers; empty if they keep nothing
 */
public record RunState(long round, long tokens, TrainingState state, float[] outerMomentum, List<VectorFile> kept) {
    public RunState {
        kept = List.copyOf(kept);
    }
}
