package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.train.config.TrainConfig;

/**
 * Linear warm-up from 1e-6 to the base rate, then half a cosine down to a floor: timm's scheduler, as safari uses it.
 * The cosine counts from step 0, not from the end of the warm-up, so the rate drops slightly where the two meet. All
 * groups share the floor; the cosine raises a group whose base rate is lower to it.
 *
 * @param minLr the floor
 * @param warmupSteps 0 for none
 * @param totalSteps the step that reaches the floor; the rate stays there afterwards
 */
public record WarmupCosine(double minLr, long warmupSteps, long totalSteps) {
    private static final double FIRST_LR = 1e-6;

    public static WarmupCosine of(TrainConfig config) {
        return new WarmupCosine(config.minLr(), config.warmupSteps(), config.totalSteps());
    }

    /** The rate of a group with base rate {@code lr} at {@code step}, counted from 0. */
    public double rate(double lr, long step) {
        if (step < warmupSteps) {
            return FIRST_LR + step * (lr - FIRST_LR) / warmupSteps;
        }
        if (step >= totalSteps) {
            return minLr;
        }
        return minLr + (lr - minLr) / 2 * (1 + StrictMath.cos(Math.PI * step / totalSteps));
    }
}
