package io.github.hyenaspark.train;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.model.HyenaModel;
import io.github.hyenaspark.model.HyenaModel.TrainingBatch;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.GradientClip;
import io.github.hyenaspark.train.optim.Optimizer;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;

/**
 * One worker's share of a round: H local steps from a given state. A pure function of its arguments: it gives the same
 * bits wherever it is repeated. The model only serves as workspace; its parameters are overwritten.
 */
public final class LocalTrainer<B extends TrainingBatch> {
    private final TrainConfig config;
    private final Step<B> localStep;

    public LocalTrainer(HyenaModel<B> model, TrainConfig config) {
        this.config = config;
        localStep = new Step<>(model, config);
    }

    /**
     * Trains one worker for one round or part of it.
     *
     * @param start the common start parameters and this worker's moments; θ is not changed, the moments are those that
     *     are trained
     * @param round r, from 0
     * @param worker k, from 0
     * @param batchOfStep the batch of local step j, from 0 to H−1
     * @param continues whether to take another step after this many, at least 1
     */
    public RoundResult round(
            TrainingState start, long round, int worker, LongFunction<B> batchOfStep, IntPredicate continues) {
        TrainingState state = localStep.begin(start);
        int steps = config.localStepsIn(round);
        long tokens = 0;
        double lossSum = 0;
        double normSum = 0;
        int done = 0;
        while (done < steps && (done == 0 || continues.test(done))) {
            long step = config.step(round, done);
            B batch = batchOfStep.apply(done);
            int counted = batch.countedTargets();
            long momentSteps = config.innerState() == TrainConfig.MomentPolicy.RESET ? done : step;
            long dropoutSeed = config.dropoutSeeds().of(config.seed(), worker, step);
            Step.Found found = localStep.take(state, batch, step, momentSteps, dropoutSeed);
            lossSum += counted * found.loss();
            normSum += found.norm();
            tokens += counted;
            done++;
        }
        double norm = deltaNorm(start, state);
        return new RoundResult(new WorkerReport(worker, done, tokens, lossSum, normSum / done, norm), state);
    }

    /** A NaN moment yields a NaN norm. */
    private static double deltaNorm(TrainingState start, TrainingState end) {
        double squares = 0;
        float moments = 0;
        for (int i = 0; i < start.parameterCount(); i++) {
            double difference = (double) end.theta()[i] - start.theta()[i];
            squares += difference * difference;
            moments += 0 * end.firstMoment()[i];
        }
        for (float moment : end.secondMoment()) {
            moments += 0 * moment;
        }
        return Math.sqrt(squares) + moments;
    }

    /** One worker's report and its state after the last local step. */
    public record RoundResult(WorkerReport report, TrainingState state) {}

    /**
     * What one worker reports about a round; its parameters travel separately, as {@link EncodedUpdate}.
     *
     * @param worker k, from 0
     * @param steps local steps taken, at least 1
     * @param tokens counted targets of all local steps
     * @param lossSum nats, summed over those tokens
     * @param gradientNorm mean global gradient norm of the local steps, before clipping
     * @param deltaNorm Euclidean norm of its parameters minus the common start; not finite if a parameter or moment is
     *     not
     */
    public record WorkerReport(
            int worker, int steps, long tokens, double lossSum, double gradientNorm, double deltaNorm)
            implements Serializable {
        public WorkerReport {
            if (worker < 0) {
                throw new IllegalArgumentException("a worker's number must be at least 0, found " + worker);
            }
            if (steps < 1) {
                throw new IllegalArgumentException(
                        "worker " + worker + " must have done at least 1 step, found " + steps);
            }
            if (tokens < 0) {
                throw new IllegalArgumentException(
                        "worker " + worker + " must have trained on at least 0 tokens, found " + tokens);
            }
        }

        /** Whether loss, parameters and moments are all finite. */
        public boolean isFinite() {
            return Double.isFinite(lossSum) && Double.isFinite(deltaNorm);
        }
    }

    /** One local step: gradients of a batch, clipping, the optimizer. The model only serves as workspace. */
    public static final class Step<B extends TrainingBatch> {
        private final HyenaModel<B> model;
        private final TrainConfig config;
        private final Optimizer optimizer;
        private final GradientClip clip;
        private final float[] kept; // parameters that training leaves as they are

        public Step(HyenaModel<B> model, TrainConfig config) {
            this.model = model;
            this.config = config;
            optimizer = new Optimizer(config.optimizer(), model.table(), config.betas());
            clip = new GradientClip(config.clipNorm());
            kept = new float[model.frozen()];
        }

        /**
         * Results of a step.
         *
         * @param loss mean over counted targets, nats
         * @param norm global gradient norm before clipping
         * @param optimizerNanos wall-clock time of the update
         */
        public record Found(double loss, double norm, long optimizerNanos) {}

        /** A worker's start to take steps from; its θ is copied, and its moments are trained in place. */
        public TrainingState begin(TrainingState start) {
            return optimizer.begin(start);
        }

        /**
         * Takes one step from {@code state}, in place.
         *
         * @param step earlier local steps of the run, for the learning-rate schedule
         * @param momentSteps steps that the moments already contain; where rounds end by a deadline, those that were
         *     planned
         */
        public Found take(TrainingState state, B batch, long step, long momentSteps, long dropoutSeed) {
            model.parameters(state.theta());
            double loss = model.computeGradient(batch, dropoutSeed);
            FloatArray gradients = model.gradients();
            gradients.zero(model.frozen());
            PartClock.Part around = PartClock.enter(PartClock.Part.OPTIMIZER);
            System.arraycopy(state.theta(), 0, kept, 0, kept.length);
            double norm = clip.clip(gradients);
            long begin = System.nanoTime();
            var rates = Optimizer.GroupRates.at(config, step);
            optimizer.update(state, gradients, momentSteps, rates, model.pool());
            System.arraycopy(kept, 0, state.theta(), 0, kept.length); // weight decay would change them
            PartClock.leave(around);
            return new Found(loss, norm, System.nanoTime() - begin);
        }
    }
}
