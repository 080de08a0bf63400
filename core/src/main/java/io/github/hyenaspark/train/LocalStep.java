package io.github.hyenaspark.train;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.GradientClip;
import io.github.hyenaspark.train.optim.Optimizer;
import io.github.hyenaspark.train.optim.TrainingState;

/** One local step: gradients of a batch, clipping, the optimizer. The model only serves as workspace. */
public final class LocalStep {
    private final HyenaLanguageModel model;
    private final TrainConfig config;
    private final Optimizer optimizer;
    private final GradientClip clip;
    private final float[] gradients;

    public LocalStep(HyenaLanguageModel model, TrainConfig config) {
        this.model = model;
        this.config = config;
        optimizer = new Optimizer(config.optimizer(), model.table(), config.betas());
        clip = new GradientClip(config.clipNorm());
        gradients = new float[Math.toIntExact(model.parameterCount())];
    }

    /**
     * Results of a step.
     *
     * @param loss mean over counted targets, nats
     * @param norm global gradient norm before clipping
     * @param optimizerNanos wall-clock time of the update
     */
    public record Found(double loss, double norm, long optimizerNanos) {}

    /** A copy of a worker's start to take steps from; moments that it lacks become zeros. */
    public TrainingState begin(TrainingState start) {
        return optimizer.begin(start);
    }

    /**
     * Takes one step from {@code state}, in place.
     *
     * @param step earlier local steps of the run, for the learning-rate schedule
     * @param momentSteps steps that the moments already contain
     */
    public Found take(TrainingState state, Batch batch, long step, long momentSteps, long dropoutSeed) {
        model.parameters(state.theta());
        double loss = model.computeGradient(batch, dropoutSeed);
        model.gradient(gradients);
        double norm = clip.clip(gradients);
        long begin = System.nanoTime();
        var rates = Optimizer.GroupRates.at(config, step);
        optimizer.update(state, gradients, momentSteps, rates, model.pool());
        return new Found(loss, norm, System.nanoTime() - begin);
    }
}
