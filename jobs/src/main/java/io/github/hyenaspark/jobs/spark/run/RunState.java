package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.train.averaging.OuterOptimizer.ParameterUpdate;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.List;
import java.util.Optional;

/**
 * Where a run is after some rounds: all that the next round depends on. The arrays belong to this record and are never
 * changed; every round makes new ones.
 *
 * @param tokens tokens trained on, all workers together
 * @param state parameters, and the moments if the workers share them
 * @param outerMomentum the outer optimiser's momentum, P
 * @param kept what every worker keeps for its next round, in the order of the workers; empty if they keep nothing
 * @param update what led here from the parameters of the round before, if it was rounded; no part of a checkpoint
 */
public record RunState(
        long round,
        long tokens,
        TrainingState state,
        float[] outerMomentum,
        List<VectorFile> kept,
        Optional<ParameterUpdate> update) {
    public RunState {
        kept = List.copyOf(kept);
    }

    /** A state that did not come from the one before it in this process. */
    public RunState(long round, long tokens, TrainingState state, float[] outerMomentum, List<VectorFile> kept) {
        this(round, tokens, state, outerMomentum, kept, Optional.empty());
    }
}
