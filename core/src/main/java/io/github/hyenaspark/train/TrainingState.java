package io.github.hyenaspark.train;

/**
 * All that a worker needs besides data to go on training. The arrays are not copied: whoever holds a state that others
 * hold too must not change them; {@link #copy} makes one to work on. Not compared by {@code equals}.
 *
 * @param theta parameters, P, in table order
 * @param firstMoment AdamW's m, P
 * @param secondMoment AdamW's v, P
 */
public record TrainingState(float[] theta, float[] firstMoment, float[] secondMoment) {
    public TrainingState {
        if (firstMoment.length != theta.length || secondMoment.length != theta.length) {
            throw new IllegalArgumentException("a training state of " + theta.length
                    + " parameters needs as many moments, found " + firstMoment.length + " and " + secondMoment.length);
        }
    }

    /** The state before the first local step: zero moments. {@code theta} is not copied. */
    public static TrainingState initial(float[] theta) {
        return new TrainingState(theta, new float[theta.length], new float[theta.length]);
    }

    /** P. */
    public int parameterCount() {
        return theta.length;
    }

    public TrainingState copy() {
        return new TrainingState(theta.clone(), firstMoment.clone(), secondMoment.clone());
    }
}
