package io.github.hyenaspark.train;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.util.function.LongFunction;

/**
 * One worker's share of a round: H local steps of AdamW from a given state. A pure function of its arguments, so it may
 * be repeated anywhere with the same bits. The model is only a place to compute in; its parameters are overwritten.
 */
public final class LocalTrainer {
    private final HyenaLanguageModel model;
    private final TrainConfig config;
    private final AdamW optimizer;
    private final GradientClip clip;

    /** A trainer that computes in {@code model}. */
    public LocalTrainer(HyenaLanguageModel model, TrainConfig config) {
        this.model = model;
        this.config = config;
        optimizer = new AdamW(model.table(), config.betas());
        clip = new GradientClip(config.clipNorm());
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
        float[] gradients = new float[start.parameterCount()];
        long tokens = 0;
        double lossSum = 0;
        double normSum = 0;
        for (int localStep = 0; localStep < config.localSteps(); localStep++) {
            long step = config.step(round, localStep);
            Batch batch = batchOfStep.apply(localStep);
            int counted = batch.countedTargets();
            model.parameters(state.theta());
            lossSum += counted * model.computeGradient(batch, dropoutSeed(worker, step));
            model.gradient(gradients);
            normSum += clip.clip(gradients);
            optimizer.update(state, gradients, step, GroupRates.at(config, step));
            tokens += counted;
        }
        return new RoundResult(worker, state, tokens, lossSum, normSum / config.localSteps());
    }

    private long dropoutSeed(int worker, long step) {
        return 31 * (31 * config.seed() + worker) + step;
    }
}
