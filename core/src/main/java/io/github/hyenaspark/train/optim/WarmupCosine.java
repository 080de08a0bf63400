package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.train.config.TrainConfig;

/**
 * Linear warm-up from 1e-6 to the base rate, then half a cosine down to a floor: timm's scheduler, as safari uses it.
 * The cosine counts from step 0, not from the end of the warm-up, so the rate drops a little where the two meet.
 *
 * <p>The floor is one number for all groups. A group whose base rate is below it is raised to it along the cosine.
 *
 * @param minLr the floor
 * @param warmupSteps steps of the warm-up, 0 for none
 * @param totalSteps the step at which the floor is reached; the rate stays there afterwards
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
