package io.github.hyenaspark.train.config;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.optim.LearningRate;
import java.io.Serializable;
import java.util.List;

/**
 * The training settings, section {@code train}; part of a run's identity.
 *
 * @param workers K, logical workers, independent of the number of executors
 * @param localSteps H, local steps per worker and round
 * @param batchSize B, sequences per local step and worker
 * @param lr learning rate after the warm-up of all that has no other
 * @param matrixLr learning rate of the weight matrices if the optimizer is Muon
 * @param minLr what {@code lr} has decayed to at the end, see {@link LearningRate}
 * @param warmupSteps local steps of linear warm-up
 * @param decayFraction of the steps after the warm-up, the last ones: those in which rates decay
 * @param weightDecay decoupled, of the base group and the weight matrices; the other groups have none
 * @param betas β1 and β2 of AdamW
 * @param clipNorm largest global gradient norm, 0 for no limit
 * @param filterLr learning rate of the filters, their positions and their decays
 * @param threads of one task
 * @param recompute {@code none} keeps activations for the backward pass; {@code block} keeps only the input of each
 *     block and recomputes the rest
 * @param codec how results travel
 * @param downCodec how the common parameters travel: unencoded, or as the change of a round; not with a codec that
 *     needs error feedback
 * @param stepPhases first rounds with another H than {@code localSteps}: averaging often at first and rarely later is
 *     post-local SGD (arXiv 1808.07217)
 */
public record TrainConfig(
        int workers,
        int localSteps,
        int rounds,
        int batchSize,
        long seed,
        DropoutSeeds dropoutSeeds,
        Optimizer optimizer,
        double lr,
        double matrixLr,
        double minLr,
        int warmupSteps,
        Schedule schedule,
        double decayFraction,
        double weightDecay,
        List<Double> betas,
        double clipNorm,
        double filterLr,
        int threads,
        String recompute,
        RoundMode mode,
        Deadline deadline,
        Outer outer,
        MomentPolicy innerState,
        SecondMoment secondMoment,
        Codec codec,
        Codec downCodec,
        Guard guard,
        List<StepPhase> stepPhases,
        LengthSchedule lengthSchedule,
        Reached reached)
        implements Serializable {
    public TrainConfig {
        SettingCheck.atLeast("train.workers", workers, 1);
        SettingCheck.atLeast("train.local-steps", localSteps, 1);
        SettingCheck.atLeast("train.rounds", rounds, 1);
        SettingCheck.atLeast("train.batch-size", batchSize, 1);
        SettingCheck.atLeast("train.warmup-steps", warmupSteps, 0);
        SettingCheck.atLeast("train.threads", threads, 1);
        SettingCheck.positive("train.lr", lr);
        SettingCheck.positive("train.matrix-lr", matrixLr);
        SettingCheck.positive("train.filter-lr", filterLr);
        SettingCheck.positive("train.decay-fraction", decayFraction);
        SettingCheck.notNegative("train.min-lr", minLr);
        SettingCheck.notNegative("train.weight-decay", weightDecay);
        SettingCheck.notNegative("train.clip-norm", clipNorm);
        SettingCheck.oneOf("train.recompute", recompute, "none", "block");
        SettingCheck.oneOf("train.down-codec", SettingNames.of(downCodec), "fp32", "bf16", "int8");
        if (minLr > lr) {
            throw new IllegalArgumentException("train.min-lr must be at most train.lr = " + lr + ", found " + minLr);
        }
        if (decayFraction > 1) {
            throw new IllegalArgumentException("train.decay-fraction must be at most 1, found " + decayFraction);
        }
        betas = List.copyOf(betas);
        stepPhases = List.copyOf(stepPhases);
        if (betas.size() != 2) {
            throw new IllegalArgumentException("train.betas must be two numbers, found " + betas);
        }
        SettingCheck.fraction("train.betas[0]", betas.get(0));
        SettingCheck.fraction("train.betas[1]", betas.get(1));
    }

    /** H in a round. */
    public int localStepsIn(long round) {
        long begin = 0;
        for (StepPhase phase : stepPhases) {
            begin += phase.rounds();
            if (round < begin) {
                return phase.localSteps();
            }
        }
        return localSteps;
    }

    /** Local steps of every worker before a round. */
    public long stepsBefore(long round) {
        long steps = 0;
        long begin = 0;
        for (StepPhase phase : stepPhases) {
            long done = Math.max(0, Math.min(phase.rounds(), round - begin));
            steps = Math.addExact(steps, Math.multiplyExact(done, (long) phase.localSteps()));
            begin += phase.rounds();
        }
        return Math.addExact(steps, Math.multiplyExact(Math.max(0, round - begin), (long) localSteps));
    }

    /** Whether a worker keeps something from one round to the next, beside what all share. */
    public boolean workersKeepState() {
        return innerState == MomentPolicy.LOCAL || codec.feedsErrorBack();
    }

    /** Local steps of one worker in the whole run, where the schedule ends. */
    public long totalSteps() {
        return stepsBefore(rounds);
    }

    /** The number of a round's local step in the whole run, from 0 and the same on every worker. */
    public long step(long round, int localStep) {
        return Math.addExact(stepsBefore(round), localStep);
    }

    /**
     * When a round of {@link RoundMode#DEADLINE} ends, section {@code train.deadline}. A worker takes at least one
     * local step, and none after its time is over; its result is weighted by its tokens. The journal records the steps
     * of every worker, so that the run can be replayed bit for bit.
     *
     * @param seconds limit for a worker's local steps, positive
     * @param quorum share of the K workers that a round needs, above 0 and at most 1
     * @param graceSeconds how long the round then waits for the others, at least 0
     */
    public record Deadline(double seconds, double quorum, double graceSeconds) implements Serializable {
        public Deadline {
            SettingCheck.positive("train.deadline.seconds", seconds);
            SettingCheck.positive("train.deadline.quorum", quorum);
            if (quorum > 1) {
                throw new IllegalArgumentException("train.deadline.quorum must be at most 1, found " + quorum);
            }
            SettingCheck.notNegative("train.deadline.grace-seconds", graceSeconds);
        }

        /** How many of K workers a round needs, at least 1. */
        public int needed(int workers) {
            return Math.max(1, (int) Math.ceil(quorum * workers - 1e-9));
        }
    }

    /** How the seed of a step's dropout masks follows from the run's seed, the worker and the step. */
    public enum DropoutSeeds {
        /** Unique for up to 2^24 workers and 2^40 steps. */
        MIXED,
        /** A sum, so worker k at step s + 31 has the masks of worker k + 1 at step s. For runs that began with it. */
        SUM;

        private static final int STEP_BITS = 40;
        private static final long STREAM = "dropout".hashCode();

        /**
         * The seed of a step.
         *
         * @param seed of the run
         * @param worker k, from 0
         * @param step of the whole run, from 0
         */
        public long of(long seed, int worker, long step) {
            long run = SplitMix64.mix(seed + STREAM * SplitMix64.GOLDEN_GAMMA);
            return switch (this) {
                case MIXED -> SplitMix64.mix(run + ((long) worker << STEP_BITS) + step); // mix is one to one
                case SUM -> 31 * (31 * seed + worker) + step;
            };
        }
    }

    /**
     * What happens to a worker's result that is not finite or diverges, section {@code train.guard}: the round of that
     * worker is recomputed once, on an executor of Spark's choice; if the result is bad again, {@code action} decides.
     *
     * @param maxDeltaRatio largest delta norm as a multiple of the workers' median, above 1; 0 for no limit
     */
    public record Guard(double maxDeltaRatio, Action action) implements Serializable {
        public enum Action {
            /** End the job; the run stays as after the previous round. */
            STOP,
            /** Continue without it; the journal names the worker. */
            DROP
        }

        public Guard {
            SettingCheck.notNegative("train.guard.max-delta-ratio", maxDeltaRatio);
            if (maxDeltaRatio > 0 && maxDeltaRatio <= 1) {
                throw new IllegalArgumentException(
                        "train.guard.max-delta-ratio must be above 1, or 0 for no limit, found " + maxDeltaRatio);
            }
        }
    }

    /** What happens to the optimizer's moments between rounds. */
    public enum MomentPolicy {
        /** Averaged like the parameters; every worker starts from the mean. */
        AVERAGE,
        /** Every worker keeps its own (arXiv 2311.08105); tasks write and read them in the run's directory. */
        LOCAL,
        /** Every round starts with zeros and restarts the step count of AdamW. */
        RESET
    }

    /**
     * Shorter sequences at the start of a run, section {@code train.length-schedule}: they begin with {@code start}
     * tokens and double until they reach the model's length. A batch is cut into more rows, so a local step has the
     * same tokens.
     *
     * @param start tokens of a sequence in the first rounds, l-max divided by a power of two; 0 for no schedule
     * @param everyRounds rounds between doublings, at least 1
     */
    public record LengthSchedule(int start, int everyRounds) implements Serializable {
        public LengthSchedule {
            SettingCheck.atLeast("train.length-schedule.start", start, 0);
            SettingCheck.atLeast("train.length-schedule.every-rounds", everyRounds, 1);
        }

        /** L in a round; {@code longest} is l-max. */
        public int lengthIn(long round, int longest) {
            if (start == 0) {
                return longest;
            }
            long doublings = Math.min(Integer.SIZE, round / everyRounds);
            return (int) Math.min(longest, (long) start << doublings);
        }

        /** Refuses a start from which doubling does not lead to l-max. */
        public void check(int longest) {
            boolean reaches =
                    start == 0 || (start <= longest && longest % start == 0 && Integer.bitCount(longest / start) == 1);
            if (!reaches) {
                throw new IllegalArgumentException("train.length-schedule.start must be model.l-max = " + longest
                        + " divided by a power of two, found " + start);
            }
        }
    }

    /**
     * The outer optimiser, section {@code train.outer}. Rate 1 with momentum 0 is the plain weighted mean.
     *
     * @param lr η, positive
     * @param momentum μ of Nesterov's rule, at least 0 and below 1
     * @param warmupRounds rounds of linear warm-up of η; 0 for none
     */
    public record Outer(double lr, double momentum, int warmupRounds) implements Serializable {
        public Outer {
            SettingCheck.positive("train.outer.lr", lr);
            SettingCheck.fraction("train.outer.momentum", momentum);
            SettingCheck.atLeast("train.outer.warmup-rounds", warmupRounds, 0);
        }

        /** η in a round, counted from 0. */
        public double lrIn(long round) {
            return round >= warmupRounds ? lr : lr * (round + 1) / warmupRounds;
        }

        /** Whether a round ends with the plain mean of the workers' parameters. */
        public boolean isPlainMean(long round) {
            return momentum == 0 && lrIn(round) == 1;
        }
    }

    /** When a round ends. */
    public enum RoundMode {
        /** When every worker has taken all its local steps. */
        SYNC,
        /** When time is over and enough workers are done, see {@link Deadline}. */
        DEADLINE
    }

    /** What takes the local steps. */
    public enum Optimizer {
        /** Adam with decoupled weight decay (arXiv 1711.05101), for all parameters. */
        ADAMW,
        /** Muon for the weight matrices, AdamW for the rest. */
        MUON
    }

    /** How learning rates decay after the warm-up, see {@link LearningRate}. */
    public enum Schedule {
        /** Along half a cosine. */
        COSINE,
        LINEAR,
        /** Not at all. */
        CONSTANT,
        /** As timm's scheduler in safari: a cosine from step 0, cut by the warm-up. */
        TIMM
    }

    /** How second moments are averaged. */
    public enum SecondMoment {
        /** Their mean, which is as noisy as a single worker's. */
        WORKERS,
        /** Those of the mean gradient, as if one AdamW took all batches; see {@code SecondMomentCorrection}. */
        MEAN_GRADIENT
    }

    /**
     * From where rates go on since the run changed its plan, section {@code train.reached}, which is set by the change.
     *
     * @param step local steps before the change; 0 without one
     * @param fraction what was left of the way from the highest rate to the lowest, 0 to 1
     */
    public record Reached(long step, double fraction) implements Serializable {
        private static final long serialVersionUID = 1;

        public Reached {
            boolean fits = step >= 0 && fraction >= 0 && fraction <= 1 && (step > 0 || fraction == 1);
            if (!fits) {
                throw new IllegalArgumentException("train.reached is set by a change at a resume, found step " + step
                        + " and fraction " + fraction + "; leave it out");
            }
        }
    }

    /** First rounds of a run with another H; both at least 1. */
    public record StepPhase(int rounds, int localSteps) implements Serializable {
        public StepPhase {
            SettingCheck.atLeast("train.step-phases: rounds", rounds, 1);
            SettingCheck.atLeast("train.step-phases: local-steps", localSteps, 1);
        }
    }
}
