package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * What a worker does between getting a state and sending a result: training on text or on labels, or a synthetic change
 * of the same size for a measurement.
 */
public sealed interface WorkerComputation extends Serializable permits Training, LabelTraining, SyntheticWork {
    /** Of a language model, nats per token. */
    double NATS_ABOVE_FIRST = 1;

    static WorkerComputation training() {
        return new Training();
    }

    /**
     * A change of every parameter without training, to measure everything else. It keeps its core busy for some seconds
     * at least, but not in warm-up rounds.
     */
    static WorkerComputation synthetic(double seconds, int warmUpRounds) {
        return new SyntheticWork(Math.round(seconds * TimeUnit.SECONDS.toNanos(1)), warmUpRounds);
    }

    /**
     * The worker's part of a round, from a start whose θ is not changed and whose moments are; {@code continues} says
     * whether to take another step after so many.
     */
    Done round(ExecutorState executor, TrainingPlan plan, Assignment part, TrainingState start, IntPredicate continues)
            throws IOException;

    /** What losses are counted of, in the plural. */
    default String unit() {
        return "tokens";
    }

    /** How far the training loss may be above that of the first round, or infinite; beyond it the run may diverge. */
    default double mostAboveFirst() {
        return NATS_ABOVE_FIRST;
    }

    /** Into how many parts the held-out data is cut; 0 if there is nothing to measure on. */
    int heldOutChunks(TrainingPlan plan);

    /** The held-out losses of some of these parts, in a task, at the parameters θ. */
    Iterator<LossSum.ByPosition> heldOut(TrainingPlan plan, float[] theta, Iterator<Integer> chunks) throws IOException;

    /** Round r and worker k, both from 0. */
    record Assignment(long round, int worker) {}

    /** The outcome, the nanoseconds spent reading batches, and those of the local steps, reading included. */
    record Done(LocalTrainer.RoundResult result, long loadNanos, long nanos) {}
}
