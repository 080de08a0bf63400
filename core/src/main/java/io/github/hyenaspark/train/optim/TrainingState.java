package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.train.config.TrainConfig;

/**
 * Parameters and the optimizer's moments. The arrays are not copied: do not change a state that others hold;
 * {@link #toTrain} makes one to train in. Not compared by {@code equals}.
 *
 * @param theta P, in table order
 * @param firstMoment m, P, in the order of {@link MomentLayout}; empty if workers do not share moments
 * @param secondMoment v, the first Q in the same order; empty likewise
 */
public record TrainingState(float[] theta, float[] firstMoment, float[] secondMoment) {
    public TrainingState {
        boolean none = firstMoment.length == 0 && secondMoment.length == 0;
        if (!none && (firstMoment.length != theta.length || secondMoment.length > theta.length)) {
            throw new IllegalArgumentException("a training state of " + theta.length + " parameters needs as many first"
                    + " moments and at most as many second ones, found " + firstMoment.length + " and "
                    + secondMoment.length);
        }
    }

    /** With zero moments, as many of both kinds as parameters. */
    public static TrainingState initial(float[] theta) {
        return initial(theta, theta.length);
    }

    /** With zero moments, {@code secondMoments} (Q) of the second kind. */
    public static TrainingState initial(float[] theta, int secondMoments) {
        return new TrainingState(theta, new float[theta.length], new float[secondMoments]);
    }

    /** Without moments, for workers that keep their own or reset them. */
    public static TrainingState parametersOnly(float[] theta) {
        return new TrainingState(theta, new float[0], new float[0]);
    }

    /** The start of the first round. */
    public static TrainingState first(float[] theta, int secondMoments, TrainConfig.MomentPolicy innerState) {
        return innerState == TrainConfig.MomentPolicy.AVERAGE ? initial(theta, secondMoments) : parametersOnly(theta);
    }

    public boolean hasMoments() {
        return firstMoment.length > 0;
    }

    public int parameterCount() {
        return theta.length;
    }

    /** One to train in, with a copy of θ and these moments; missing ones become zeros, Q of the second kind. */
    public TrainingState toTrain(int secondMoments) {
        return hasMoments()
                ? new TrainingState(theta.clone(), firstMoment, secondMoment)
                : initial(theta.clone(), secondMoments);
    }
}
