package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.worker.WorkerComputation;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.averaging.Averaging;
import java.util.List;

/** The K workers of a run as the round loop sees them: on Spark in a job, in the same thread in a test of the loop. */
public interface Workers {
    /**
     * Sends a state to the workers; returns the bytes that each receives. Sending the same object again does nothing.
     */
    SentBytes send(RunState state);

    /** Bytes that one worker receives: of θ, and of the shared moments. */
    record SentBytes(long parameters, long moments) {}

    /** What losses are counted of, in the plural. */
    default String unit() {
        return "tokens";
    }

    /**
     * How far a training loss that does not diverge may be above that of the first round. Nats per token by default; a
     * loss whose unit the user's labels and weights decide has no such bound.
     */
    default double mostAboveFirst() {
        return WorkerComputation.NATS_ABOVE_FIRST;
    }

    /** From now on this one is told how far the workers are. */
    default void onSteps(DriverState.Listener listener) {}

    /**
     * Lets every worker do its local steps of the round that follows a state; returns one result per worker that
     * counts, in their order: all K, unless the mode of the run lets a round end without some.
     */
    List<WorkerRound> train(RunState start);

    /**
     * Repeats the local steps that some workers did in a round, because their results are not usable; returns the new
     * ones in the order of the workers.
     */
    List<WorkerRound> again(RunState start, List<Integer> workers);

    /** Averages those results of the last round that count, as {@link #train} and {@link #again} gave them. */
    Averaging.AveragedState average(RunState start, Averaging averaging, List<WorkerRound> results);

    /** The loss over all held-out sequences; no tokens if nothing is held out. */
    LossSum.ByPosition heldOut(RunState state);
}
