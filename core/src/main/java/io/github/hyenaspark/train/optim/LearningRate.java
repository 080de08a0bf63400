package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfig.Reached;
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
 * <p>After a change at a resume that met a decay, w in b and q is the step of the change and f is multiplied by the
 * fraction that the last step before it had: rates go on from where they are, see {@link #reached}.
 *
 * <p>{@link Schedule#TIMM} is timm's scheduler as safari uses it: warm-up from 1e-6, and a cosine that counts from step
 * 0, so that the rate drops where the two meet; its floor is min-lr itself for all groups.
 *
 * @param lr base rate of most parameters, only for r
 * @param minLr the rate at the end
 * @param warmupSteps w
 * @param totalSteps S; the rate stays as it is there afterwards
 * @param decayFraction φ, above 0 and at most 1
 * @param reached where the decay was when the plan changed
 */
public record LearningRate(
        Schedule schedule,
        double lr,
        double minLr,
        long warmupSteps,
        long totalSteps,
        double decayFraction,
        Reached reached)
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
                config.decayFraction(),
                config.reached());
    }

    /**
     * From where the rates go on if a run changes its plan after so many rounds. Where the new plan has the last step's
     * rate as it was, all is as if planned so from the start; otherwise they go on from the rate of that step.
     */
    public static Reached reached(TrainConfig before, TrainConfig after, long rounds) {
        long steps = before.stepsBefore(rounds);
        double fraction = steps == 0 ? 1 : of(before).fraction(steps - 1);
        boolean asPlanned = steps == 0 || of(after).fraction(steps - 1) == fraction;
        return asPlanned ? after.reached() : new Reached(steps, fraction);
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
        return base * (floor + (1 - floor) * fraction(step));
    }

    /** What is left at a step of the way from the base rate to the lowest: 1 before the decay, 0 after it. */
    private double fraction(long step) {
        if (step < warmupSteps) {
            return 1;
        }
        double decay = decayFraction * Math.max(0, totalSteps - Math.max(warmupSteps, reached.step()));
        double done = step >= totalSteps ? 1 : Math.max(0, 1 - (totalSteps - step) / decay);
        return reached.fraction()
                * switch (schedule) {
                    case COSINE -> (1 + StrictMath.cos(Math.PI * done)) / 2;
                    case LINEAR -> 1 - done;
                    case CONSTANT -> 1;
                    case TIMM -> step >= totalSteps ? 0 : (1 + StrictMath.cos(timmAngle(step))) / 2;
                };
    }

    private double timm(double base, long step) {
        if (step < warmupSteps) {
            return FIRST_LR + step * (base - FIRST_LR) / warmupSteps;
        }
        if (step >= totalSteps) {
            return minLr;
        }
        return minLr + (base - minLr) / 2 * (1 + StrictMath.cos(timmAngle(step))) * reached.fraction();
    }

    /** From 0 to π; 0 where no step is left after a change, and at the steps before it. */
    private double timmAngle(long step) {
        return Math.PI * Math.max(0, step - reached.step()) / Math.max(1, totalSteps - reached.step());
    }
}
