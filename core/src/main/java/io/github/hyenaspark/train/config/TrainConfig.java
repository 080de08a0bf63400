package io.github.hyenaspark.train.config;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.optim.AdamW;
import io.github.hyenaspark.train.optim.WarmupCosine;
import java.util.List;

/**
 * The training settings, section {@code train}; part of a run's identity. The constructor refuses values that make no
 * sense and values that are not supported.
 *
 * @param workers K, logical workers, whatever the number of executors
 * @param localSteps H, local steps of every worker in a round
 * @param rounds rounds of the whole run
 * @param batchSize B, sequences per local step and worker
 * @param seed of everything random in training
 * @param dropoutSeeds how {@code seed} decides the dropout masks of a step
 * @param lr base learning rate after the warm-up
 * @param minLr where the cosine ends, for every group, see {@link WarmupCosine}
 * @param warmupSteps local steps of linear warm-up
 * @param weightDecay of the base group, decoupled (AdamW); the other groups are not decayed
 * @param betas β1 and β2 of {@link AdamW}
 * @param clipNorm largest global norm of the gradients, 0 for no limit
 * @param filterLr learning rate of the filters, their positions and their decays
 * @param threads threads of one task
 * @param recompute {@code none}: activations are kept for the backward pass; {@code block}: only the input of each
 *     block is kept, the rest is computed again
 * @param mode when a round ends
 * @param deadline when it ends in {@link RoundMode#DEADLINE}
 * @param outer the outer optimiser
 * @param innerState what becomes of the moments between two rounds
 * @param secondMoment what becomes of the second moments where moments are averaged
 * @param codec how results travel
 * @param downCodec how the common parameters travel: as they are, or as what a round changed of them; not by a codec
 *     whose losses somebody would have to add to the next update
 * @param guard what happens to results that are no good
 * @param stepPhases the first rounds, if they have another H than {@code localSteps}: often averaged first, rarely
 *     later is post-local SGD (arXiv 1808.07217)
 * @param lengthSchedule shorter sequences at the start of the run
 */
public record TrainConfig(
        int workers,
        int localSteps,
        int rounds,
        int batchSize,
        long seed,
        DropoutSeeds dropoutSeeds,
        double lr,
        double minLr,
        int warmupSteps,
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
        LengthSchedule lengthSchedule) {
    public TrainConfig {
        SettingCheck.atLeast("train.workers", workers, 1);
        SettingCheck.atLeast("train.local-steps", localSteps, 1);
        SettingCheck.atLeast("train.rounds", rounds, 1);
        SettingCheck.atLeast("train.batch-size", batchSize, 1);
        SettingCheck.atLeast("train.warmup-steps", warmupSteps, 0);
        SettingCheck.atLeast("train.threads", threads, 1);
        SettingCheck.positive("train.lr", lr);
        SettingCheck.positive("train.filter-lr", filterLr);
        SettingCheck.notNegative("train.min-lr", minLr);
        SettingCheck.notNegative("train.weight-decay", weightDecay);
        SettingCheck.notNegative("train.clip-norm", clipNorm);
        SettingCheck.oneOf("train.recompute", recompute, "none", "block");
        SettingCheck.oneOf("train.down-codec", SettingNames.of(downCodec), "fp32", "bf16", "int8");
        if (minLr > lr) {
            throw new IllegalArgumentException("train.min-lr must be at most train.lr = " + lr + ", found " + minLr);
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

    /** Local steps that every worker is to have done before a round. */
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

    /** Local steps of one worker in the whole run; the schedule ends there. */
    public long totalSteps() {
        return stepsBefore(rounds);
    }

    /** The number, from 0 and the same on every worker, of a round's local step in the whole run. */
    public long step(long round, int localStep) {
        return Math.addExact(stepsBefore(round), localStep);
    }

    /**
     * When a round of {@link RoundMode#DEADLINE} ends, section {@code train.deadline}. A worker takes no further local
     * step once its time is over, but always one; tokens decide what its part weighs. Which worker did how many steps
     * is in the journal, from which the run can be done again bit for bit.
     *
     * @param seconds that a worker's local steps may take, positive
     * @param quorum share of the K workers that a round needs, above 0 and at most 1
     * @param graceSeconds how long the others are waited for after that, at least 0
     */
    public record Deadline(double seconds, double quorum, double graceSeconds) {
        public Deadline {
            SettingCheck.positive("train.deadline.seconds", seconds);
            SettingCheck.positive("train.deadline.quorum", quorum);
            if (quorum > 1) {
                throw new IllegalArgumentException("train.deadline.quorum must be at most 1, found " + quorum);
            }
            SettingCheck.notNegative("train.deadline.grace-seconds", graceSeconds);
        }

        /** How many of K workers make a round, at least 1. */
        public int needed(int workers) {
            return Math.max(1, (int) Math.ceil(quorum * workers - 1e-9));
        }
    }

    /**
     * What happens to a worker's result that is not finite or went too far, section {@code train.guard}: the worker's
     * round is computed once more, on the executor that Spark chooses, which may be the same one; if it comes out bad
     * again, {@code action} decides.
     *
     * @param maxDeltaRatio how many times the median of the workers' delta norms a delta may be long, above 1; 0 for
     *     any
     * @param action what to do then
     */
    public record Guard(double maxDeltaRatio, Action action) {
        /** What to do with a result that is bad twice. */
        public enum Action {
            /** End the job; the run is as it was after the round before. */
            STOP,
            /** Go on without it; the journal names the worker. */
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

    /** What becomes of AdamW's moments between two rounds. */
    public enum MomentPolicy {
        /** They are averaged like the parameters, and every worker starts from the mean. */
        AVERAGE,
        /**
         * Every worker keeps its own (arXiv 2311.08105): its task writes them to the run, the next round's task reads
         * them.
         */
        LOCAL,
        /** Every round begins with none, and AdamW's count of steps begins anew with them. */
        RESET
    }

    /**
     * Shorter sequences at the start of a run, section {@code train.length-schedule}: they begin with {@code start}
     * tokens and double every so many rounds until they are as long as the model allows. A batch is then cut into more
     * rows, so the tokens of a local step, and which tokens they are, stay the same.
     *
     * @param start tokens of a sequence in the first rounds, the model's longest divided by a power of two; 0 for no
     *     schedule
     * @param everyRounds rounds between two doublings, at least 1
     */
    public record LengthSchedule(int start, int everyRounds) {
        public LengthSchedule {
            SettingCheck.atLeast("train.length-schedule.start", start, 0);
            SettingCheck.atLeast("train.length-schedule.every-rounds", everyRounds, 1);
        }

        /**
         * L in a round.
         *
         * @param longest the model's longest sequence
         */
        public int lengthIn(long round, int longest) {
            if (start == 0) {
                return longest;
            }
            long doublings = Math.min(Integer.SIZE, round / everyRounds);
            return (int) Math.min(longest, (long) start << doublings);
        }

        /**
         * Refuses a start from which doubling does not lead to the longest.
         *
         * @throws IllegalArgumentException if so
         */
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
     * The outer optimiser's settings, section {@code train.outer}. Rate 1 with momentum 0 is the plain weighted mean.
     *
     * @param lr η, positive; 1 moves all the way to what the workers found
     * @param momentum μ of Nesterov's rule, at least 0 and below 1
     * @param warmupRounds rounds over which η grows in equal steps to {@code lr}; 0 for none
     */
    public record Outer(double lr, double momentum, int warmupRounds) {
        public Outer {
            SettingCheck.positive("train.outer.lr", lr);
            SettingCheck.fraction("train.outer.momentum", momentum);
            SettingCheck.atLeast("train.outer.warmup-rounds", warmupRounds, 0);
        }

        /** η in a round, counted from 0. */
        public double lrIn(long round) {
            return round >= warmupRounds ? lr : lr * (round + 1) / warmupRounds;
        }

        /** Whether a round ends with the plain mean of what the workers found. */
        public boolean isPlainMean(long round) {
            return momentum == 0 && lrIn(round) == 1;
        }
    }

    /** When a round ends. */
    public enum RoundMode {
        /** When every worker has done all its local steps. */
        SYNC,
        /** When enough workers have done what they could within a time, as {@link Deadline} says. */
        DEADLINE
    }

    /** What becomes of the workers' second moments where they are averaged. */
    public enum SecondMoment {
        /** Their mean, whose gradients are as noisy as those of one worker. */
        WORKERS,
        /**
         * What the mean of the workers' gradients makes, as if one AdamW took all batches; see {@code MeanGradient}.
         */
        MEAN_GRADIENT
    }

    /**
     * Some rounds at the start of a run that have another number of local steps than the rest.
     *
     * @param rounds how many, at least 1
     * @param localSteps H of each, at least 1
     */
    public record StepPhase(int rounds, int localSteps) {
        public StepPhase {
            SettingCheck.atLeast("train.step-phases: rounds", rounds, 1);
            SettingCheck.atLeast("train.step-phases: local-steps", localSteps, 1);
        }
    }
}
