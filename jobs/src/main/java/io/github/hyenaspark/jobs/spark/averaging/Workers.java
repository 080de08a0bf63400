package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.LossByPosition;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.Averaging;
import java.util.List;

/** The K workers of a run as the round loop sees them: on Spark in a job, in the same thread in a test of the loop. */
public interface Workers {
    /**
     * Sends a state to where the workers are. Sending the same object again does nothing.
     *
     * @return bytes of it that a worker receives
     */
    SentBytes send(RunState state);

    /**
     * What one worker receives.
     *
     * @param parameters bytes of θ
     * @param moments bytes of the shared moments
     */
    record SentBytes(long parameters, long moments) {}

    /** From now on this one is told how far the workers are. */
    default void onSteps(DriverState.Listener listener) {}

    /**
     * Lets every worker do its local steps of the round that follows a state.
     *
     * @return one result per worker that counts, in the order of the workers: all K, unless the mode of the run lets a
     *     round end without some
     */
    List<WorkerRound> train(RunState start);

    /** Repeats one worker's local steps of a round, because its result is not usable. */
    WorkerRound again(RunState start, int worker);

    /**
     * Averages the results of the round that was trained last.
     *
     * @param start what they started from
     * @param results those that count, as {@link #train} and {@link #again} gave them
     */
    Averaging.AveragedState average(RunState start, Averaging averaging, List<WorkerRound> results);

    /**
     * The loss over all held-out sequences.
     *
     * @param state of the run
     * @return no tokens if nothing is held out
     */
    LossByPosition heldOut(RunState state);

    /**
     * What the results of a round average to.
     *
     * @param averaging how they were averaged
     * @param averaged what came of it
     */
    record RoundAverage(Averaging averaging, Averaging.AveragedState averaged) {
        /**
         * The mean cosine between the deltas of two workers; reads all parameters.
         *
         * @param start θ that they started from, P
         * @param reports of the workers whose results count
         * @return NaN for fewer than two workers that moved
         */
        double deltaCosine(float[] start, List<LocalTrainer.WorkerReport> reports) {
            return RoundMetrics.DeltaStatistics.cosine(averaging, reports, averaging.meanDeltaNorm(start, averaged));
        }
    }
}
