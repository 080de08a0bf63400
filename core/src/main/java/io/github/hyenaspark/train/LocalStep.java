package io.github.hyenaspark.train;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.model.HyenaModel;
import io.github.hyenaspark.model.HyenaModel.TrainingBatch;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.GradientClip;
import io.github.hyenaspark.train.optim.Optimizer;
import io.github.hyenaspark.train.optim.TrainingState;

/** One local step: gradients of a batch, clipping, the optimizer. The model only serves as workspace. */
public final class LocalStep<B extends TrainingBatch> {
    private final HyenaModel<B> model;
    private final TrainConfig config;
    private final Optimizer optimizer;
    private final GradientClip clip;
    private final float[] kept; // parameters that training leaves as they are

    public LocalStep(HyenaModel<B> model, TrainConfig config) {
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
     * @param momentSteps steps that the moments already contain
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
