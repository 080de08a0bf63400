package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.train.config.TrainConfig;

/**
 * Parameters, and the updater state that belongs to them. The arrays are not copied: whoever holds a state that others
 * hold too must not change them; {@link #copy} makes one to work on. Not compared by {@code equals}.
 *
 * @param theta parameters, P, in table order
 * @param firstMoment AdamW's m, P; empty in a state that workers share without sharing moments
 * @param secondMoment AdamW's v in the same way
 */
public record TrainingState(float[] theta, float[] firstMoment, float[] secondMoment) {
    public TrainingState {
        boolean none = firstMoment.length == 0 && secondMoment.length == 0;
        if (!none && (firstMoment.length != theta.length || secondMoment.length != theta.length)) {
            throw new IllegalArgumentException("a training state of " + theta.length
                    + " parameters needs as many moments, found " + firstMoment.length + " and " + secondMoment.length);
        }
    }

    /** The state before the first local step: zero moments. {@code theta} is not copied. */
    public static TrainingState initial(float[] theta) {
        return new TrainingState(theta, new float[theta.length], new float[theta.length]);
    }

    /** Parameters alone, for workers that keep their moments or have none. {@code theta} is not copied. */
    public static TrainingState parametersOnly(float[] theta) {
        return new TrainingState(theta, new float[0], new float[0]);
    }

    /** The state that the first round starts from. {@code theta} is not copied. */
    public static TrainingState first(float[] theta, TrainConfig.MomentPolicy innerState) {
        return innerState == TrainConfig.MomentPolicy.AVERAGE ? initial(theta) : parametersOnly(theta);
    }

    /** Whether the moments are in here. */
    public boolean hasMoments() {
        return firstMoment.length > 0;
    }

    /** P. */
    public int parameterCount() {
        return theta.length;
    }

    /** A state of its own to train in; moments that are not in here are zero in it. */
    public TrainingState copy() {
        return hasMoments()
                ? new TrainingState(theta.clone(), firstMoment.clone(), secondMoment.clone())
                : initial(theta.clone());
    }
}
