package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfig.Schedule;
import java.io.Serializable;

/**
 * Learning rates over a run of S steps, w of them warm-up. With s counted from 0, and φ the fraction of the other steps
 * in which the rate decays, the rate of a group with base rate η is
 *
 * <pre>
 *   s &lt; w      η (s + 1) / w
 *   s ≥ w      η (r + (1 - r) f(q)),   q = (s - b) / (φ (S - w)) in [0, 1],   b = w + (1 - φ) (S - w)
 *   cosine    f(q) = (1 + cos πq) / 2
 *   linear    f(q) = 1 - q
 * </pre>
 *
 * where r = min-lr / lr, so that every group ends at the same fraction of its base rate. A constant schedule has f = 1.
 * With φ below 1 the rate is constant between warm-up and decay (warmup-stable-decay, arXiv 2404.06395).
 *
 * <p>{@link Schedule#TIMM} is timm's scheduler as safari uses it: warm-up from 1e-6, and a cosine that counts from step
 * 0, so that the rate drops where the two meet; its floor is min-lr itself for all groups.
 *
 * @param lr base rate of most parameters, only for r
 * @param minLr the rate at the end
 * @param warmupSteps w
 * @param totalSteps S; the rate stays as it is there afterwards
 * @param decayFraction φ, above 0 and at most 1
 */
public record LearningRate(
        Schedule schedule, double lr, double minLr, long warmupSteps, long totalSteps, double decayFraction)
        implements Serializable {
    private static final long serialVersionUID = 1;
    private static final double FIRST_LR = 1e-6;

    public static LearningRate of(TrainConfig config) {
        return new LearningRate(
                config.schedule(),
                config.lr(),
                config.minLr(),
                config.warmupSteps(),
                config.totalSteps(),
                config.decayFraction());
    }

    /** The rate of a group with base rate {@code base} at {@code step}, counted from 0. */
    public double at(double base, long step) {
        if (schedule == Schedule.TIMM) {
            return timm(base, step);
        }
        if (step < warmupSteps) {
            return base * (step + 1) / warmupSteps;
        }
        double floor = minLr / lr;
        return base * (floor + (1 - floor) * remaining(step));
    }

    private double remaining(long step) {
        double decay = decayFraction * Math.max(0, totalSteps - warmupSteps);
        double done = step >= totalSteps ? 1 : Math.max(0, 1 - (totalSteps - step) / decay);
        return switch (schedule) {
            case COSINE -> (1 + StrictMath.cos(Math.PI * done)) / 2;
            case LINEAR -> 1 - done;
            case CONSTANT, TIMM -> 1;
        };
    }

    private double timm(double base, long step) {
        if (step < warmupSteps) {
            return FIRST_LR + step * (base - FIRST_LR) / warmupSteps;
        }
        if (step >= totalSteps) {
            return minLr;
        }
        return minLr + (base - minLr) / 2 * (1 + StrictMath.cos(Math.PI * step / totalSteps));
    }
}
