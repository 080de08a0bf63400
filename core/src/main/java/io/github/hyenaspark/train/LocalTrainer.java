package io.github.hyenaspark.train;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
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
     * @param start the state all workers start from; not changed
     * @param round r, from 0
     * @param worker k, from 0
     * @param batchOfStep the batch of local step j, from 0 to H−1
     */
    public RoundResult round(TrainingState start, long round, int worker, LongFunction<Batch> batchOfStep) {
        TrainingState state = start.copy();
        long tokens = 0;
        double lossSum = 0;
        double normSum = 0;
        for (int j = 0; j < config.localSteps(); j++) {
            long step = config.step(round, j);
            Batch batch = batchOfStep.apply(j);
            int counted = batch.countedTargets();
            LocalStep.Found found = localStep.take(state, batch, step, dropoutSeed(worker, step));
            lossSum += counted * found.loss();
            normSum += found.norm();
            tokens += counted;
        }
        return new RoundResult(worker, state, tokens, lossSum, normSum / config.localSteps());
    }

    private long dropoutSeed(int worker, long step) {
        return 31 * (31 * config.seed() + worker) + step;
    }
}
