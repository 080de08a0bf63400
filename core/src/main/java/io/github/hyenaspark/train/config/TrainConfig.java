package io.github.hyenaspark.train.config;

import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.optim.AdamW;
import io.github.hyenaspark.train.optim.WarmupCosine;
import java.util.List;
import java.util.Locale;

/**
 * The training settings, section {@code train}; part of a run's identity. The constructor refuses values that make no
 * sense and values that are not supported.
 *
 * @param workers K, logical workers, whatever the number of executors
 * @param localSteps H, local steps of every worker in a round
 * @param rounds rounds of the whole run
 * @param batchSize B, sequences per local step and worker
 * @param seed of everything random in training
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
        DeadlineConfig deadline,
        OuterConfig outer,
        InnerState innerState,
        SecondMoment secondMoment,
        Codec codec,
        Codec downCodec,
        GuardConfig guard,
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
        SettingCheck.oneOf("train.down-codec", downCodec.name().toLowerCase(Locale.ROOT), "fp32", "bf16", "int8");
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
}
