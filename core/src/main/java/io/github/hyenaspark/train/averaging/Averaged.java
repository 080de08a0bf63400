package io.github.hyenaspark.train.averaging;

import io.github.hyenaspark.train.config.InnerState;
import io.github.hyenaspark.train.config.SecondMoment;

/**
 * What the workers of a round found together, or a range of it. Not compared by {@code equals}.
 *
 * @param from the first parameter that is in here
 * @param parameters Σ w_k θ_k if the round ends with the plain mean, else g = Σ w_k (θ − θ_k), which the outer
 *     optimiser descends
 * @param firstMoment the mean of m, empty unless moments are averaged
 * @param secondMoment the mean of v in the same way, or what {@link SecondMoment} makes of it
 */
public record Averaged(int from, float[] parameters, float[] firstMoment, float[] secondMoment) {
    /** Zeros in the place of all parameters, for {@link #put}. */
    public static Averaged zeros(int parameters, InnerState innerState) {
        return zeros(0, parameters, innerState);
    }

    static Averaged zeros(int from, int count, InnerState innerState) {
        int moments = innerState == InnerState.AVERAGE ? count : 0;
        return new Averaged(from, new float[count], new float[moments], new float[moments]);
    }

    /** Copies a range into its place in this, which begins at 0. */
    public void put(Averaged part) {
        System.arraycopy(part.parameters, 0, parameters, part.from, part.parameters.length);
        if (part.firstMoment.length > 0) {
            System.arraycopy(part.firstMoment, 0, firstMoment, part.from, part.firstMoment.length);
            System.arraycopy(part.secondMoment, 0, secondMoment, part.from, part.secondMoment.length);
        }
    }
}
