package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationTask;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;

/**
 * What a worker does between getting a state and sending a result: training on text or on labels, or a synthetic change
 * of the same size for a measurement.
 */
public sealed interface WorkerComputation extends Serializable
        permits WorkerComputation.Training, LabelTraining, WorkerComputation.Synthetic {
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
        return new Synthetic(Math.round(seconds * TimeUnit.SECONDS.toNanos(1)), warmUpRounds);
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

    /** Local steps on batches that the executor reads itself, in a model that waits in it. */
    record Training() implements WorkerComputation {
        @Override
        public Done round(
                ExecutorState executor, TrainingPlan plan, Assignment part, TrainingState start, IntPredicate continues)
                throws IOException {
            try {
                return executor.read(
                        plan.trainSource(), batches -> round(executor, plan, part, start, continues, batches));
            } catch (UncheckedIOException e) {
                throw e.getCause(); // from a batch: the trainer takes a function that declares nothing
            }
        }

        @Override
        public int heldOutChunks(TrainingPlan plan) {
            return EvaluationTask.chunks(plan.heldOutSequences(), plan.train().batchSize());
        }

        @Override
        public Iterator<LossSum.ByPosition> heldOut(TrainingPlan plan, float[] theta, Iterator<Integer> chunks)
                throws IOException {
            return EvaluationTask.Plan.heldOut(plan, theta, chunks);
        }

        private static Done round(
                ExecutorState executor,
                TrainingPlan plan,
                Assignment part,
                TrainingState start,
                IntPredicate continues,
                TokenBatches batches) {
            executor.warmUp(plan.model().lMax());
            HyenaLanguageModel model = executor.borrow(plan.modelUse());
            long begin = System.nanoTime();
            var timed = new TimedBatches(plan, batches, part.round(), part.worker());
            LocalTrainer.RoundResult result = new LocalTrainer<>(model, plan.train())
                    .round(
                            start,
                            part.round(),
                            part.worker(),
                            timed,
                            new ReportedSteps(executor, plan, part, continues));
            executor.giveBack(plan.modelUse(), model);
            return new Done(result, timed.nanos(), System.nanoTime() - begin);
        }

        /** Tells the driver how far the worker is, once a second; a cancelled task takes no further step. */
        static final class ReportedSteps implements IntPredicate {
            private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

            private final ExecutorState executor;
            private final TrainingPlan plan;
            private final Assignment part;
            private final IntPredicate continues;
            private long toldNanos = System.nanoTime();

            ReportedSteps(ExecutorState executor, TrainingPlan plan, Assignment part, IntPredicate continues) {
                this.executor = executor;
                this.plan = plan;
                this.part = part;
                this.continues = continues;
            }

            @Override
            public boolean test(int steps) {
                long now = System.nanoTime();
                if (now - toldNanos >= PERIOD_NANOS) {
                    toldNanos = now;
                    executor.tell(plan.run(), part.round(), part.worker(), steps);
                }
                return !ExecutorState.isCancelled() && continues.test(steps);
            }
        }

        /**
         * The batches of one worker's local steps in one round, read when they are asked for; counts the time it takes.
         */
        static final class TimedBatches implements LongFunction<Batch> {
            private final TrainConfig train;
            private final TokenBatches batches;
            private final BatchCursor cursor;
            private final long round;
            private final int worker;
            private final int length;
            private long nanos;

            TimedBatches(TrainingPlan plan, TokenBatches batches, long round, int worker) {
                this.train = plan.train();
                this.batches = batches;
                this.cursor = new BatchCursor(batches.sequences(), train.seed(), train.workers(), train.batchSize());
                this.round = round;
                this.worker = worker;
                this.length =
                        train.lengthSchedule().lengthIn(round, plan.model().lMax());
            }

            @Override
            public Batch apply(long step) {
                long begin = System.nanoTime();
                try {
                    long stepOfRun = train.step(round, Math.toIntExact(step));
                    long[] sequences = cursor.sequencesOf(stepOfRun, worker);
                    Batch batch = batches.batch(sequences).cut(length);
                    TestPoint.reached("worker {} has read in step {}: {}", worker, stepOfRun, sequences);
                    return batch;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } finally {
                    nanos += System.nanoTime() - begin;
                }
            }

            long nanos() {
                return nanos;
            }
        }
    }

    /**
     * Changes every parameter and moment a little, by numbers that depend on round, worker and index, so that the
     * updates look like those of training but take almost no time to compute. For measuring everything but the
     * training. It keeps its core busy for at least {@code nanos}, but not in warm-up rounds.
     */
    record Synthetic(long nanos, int warmUpRounds) implements WorkerComputation {
        private static final float SCALE = 1e-3f / (1 << 23);

        @Override
        public Done round(
                ExecutorState executor,
                TrainingPlan plan,
                Assignment part,
                TrainingState start,
                IntPredicate continues) {
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
}
