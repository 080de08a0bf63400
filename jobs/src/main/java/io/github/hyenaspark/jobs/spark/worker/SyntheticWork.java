package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.Collections;
import java.util.Iterator;
import java.util.function.IntPredicate;

/**
 * Changes every parameter and moment a little, by numbers that depend on round, worker and index, so that the updates
 * look like those of training but take almost no time to compute. For measuring everything but the training. It keeps
 * its core busy for at least {@code nanos}, but not in warm-up rounds.
 */
record SyntheticWork(long nanos, int warmUpRounds) implements WorkerComputation {
    private static final float SCALE = 1e-3f / (1 << 23);

    @Override
    public Done round(
            ExecutorState executor, TrainingPlan plan, Assignment part, TrainingState start, IntPredicate continues) {
        long begin = System.nanoTime();
        TrainingState state = start.toTrain(start.parameterCount());
        double squares = 0;
        long seed = SplitMix64.GOLDEN_GAMMA * (part.round() * plan.train().workers() + part.worker() + 1);
        for (int i = 0; i < state.parameterCount(); i++) {
            seed += SplitMix64.GOLDEN_GAMMA;
            float move = SCALE * (int) (seed >> 40);
            state.theta()[i] += move;
            state.firstMoment()[i] += 0.1f * move;
            state.secondMoment()[i] += 0.1f * move * move;
            squares += move * move;
        }
        while (part.round() >= warmUpRounds && System.nanoTime() - begin < nanos) {
            Thread.onSpinWait();
        }
        var report = new LocalTrainer.WorkerReport(part.worker(), 1, 1, 1, 1, Math.sqrt(squares));
        return new Done(new LocalTrainer.RoundResult(report, state), 0, System.nanoTime() - begin);
    }

    @Override
    public int heldOutChunks(TrainingPlan plan) {
        return 0;
    }

    @Override
    public Iterator<LossSum.ByPosition> heldOut(TrainingPlan plan, float[] theta, Iterator<Integer> chunks) {
        return Collections.emptyIterator();
    }
}
