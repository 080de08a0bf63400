package io.github.hyenaspark.train.optim;

/** Training states for tests. */
public final class TrainingStates {
    private TrainingStates() {}

    /** One with arrays of its own, for a round that trains in its moments. */
    public static TrainingState copyOf(TrainingState state) {
        return new TrainingState(
                state.theta().clone(),
                state.firstMoment().clone(),
                state.secondMoment().clone());
    }
}
