package io.github.hyenaspark.train;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;

/**
 * One worker's share of a round: H local steps of AdamW from a given state. A pure function of its arguments, so it may
 * be repeated anywhere with the same bits. The model is only a place to compute in; its parameters are overwritten.
 */
public final class LocalTrainer {
    private final TrainConfig config;
    private final LocalStep localStep;

    /** A trainer that computes in {@code model}. */
    public LocalTrainer(HyenaLanguageModel model, TrainConfig config) {
        this.config = config;
        localStep = new LocalStep(model, config);
    }

    /**
     * Trains one worker for one round.
     *
     * @param start the parameters that all workers start from, and this worker's moments; not changed
     * @param round r, from 0
     * @param worker k, from 0
     * @param batchOfStep the batch of local step j, from 0 to H−1
     */
    public RoundResult round(TrainingState start, long round, int worker, LongFunction<Batch> batchOfStep) {
        return round(start, round, worker, batchOfStep, done -> true);
    }

    /**
     * Trains one worker for one round, or for a part of it.
     *
     * @param goesOn whether to take another step after so many, at least 1
     */
    public RoundResult round(
            TrainingState start, long round, int worker, LongFunction<Batch> batchOfStep, IntPredicate goesOn) {
        TrainingState state = start.copy();
        int steps = config.localStepsIn(round);
        long tokens = 0;
        double lossSum = 0;
        double normSum = 0;
        int done = 0;
        while (done < steps && (done == 0 || goesOn.test(done))) {
            long step = config.step(round, done);
            Batch batch = batchOfStep.apply(done);
            int counted = batch.countedTargets();
            long momentSteps = config.innerState() == TrainConfig.MomentPolicy.RESET ? done : step;
            long dropoutSeed = config.dropoutSeeds().of(config.seed(), worker, step);
            LocalStep.Found found = localStep.take(state, batch, new LocalStep.Time(step, momentSteps), dropoutSeed);
            lossSum += counted * found.loss();
            normSum += found.norm();
            tokens += counted;
            done++;
        }
        double norm = deltaNorm(start, state);
        return new RoundResult(new WorkerReport(worker, done, tokens, lossSum, normSum / done, norm), state);
    }

    /** A moment that is no number makes the norm none. */
    private static double deltaNorm(TrainingState start, TrainingState end) {
        double squares = 0;
        float moments = 0;
        for (int i = 0; i < start.parameterCount(); i++) {
            double difference = (double) end.theta()[i] - start.theta()[i];
            squares += difference * difference;
            moments += 0 * end.firstMoment()[i] + 0 * end.secondMoment()[i];
        }
        return Math.sqrt(squares) + moments;
    }

    /**
     * Where one worker is after its local steps.
     *
     * @param report what it says of them
     * @param state after the last one
     */
    public record RoundResult(WorkerReport report, TrainingState state) {}

    /**
     * What one worker says of one round; the numbers that it found travel beside it as {@link EncodedUpdate}.
     *
     * @param worker k, from 0
     * @param steps local steps done, at least 1
     * @param tokens targets counted in the losses of all its local steps
     * @param lossSum nats, summed over those tokens
     * @param gradientNorm mean of the local steps' global gradient norms, before clipping
     * @param deltaNorm Euclidean norm of its parameters minus the common start; not finite if one of its parameters or
     *     moments is not
     */
    public record WorkerReport(
            int worker, int steps, long tokens, double lossSum, double gradientNorm, double deltaNorm) {
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

        /** Whether loss, parameters and moments are all numbers. */
        public boolean isFinite() {
            return Double.isFinite(lossSum) && Double.isFinite(deltaNorm);
        }
    }
}
