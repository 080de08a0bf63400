package io.github.hyenaspark.train.config;

/**
 * The outer optimiser's settings, section {@code train.outer}. Rate 1 with momentum 0 is the plain weighted mean.
 *
 * @param lr η, positive; 1 moves all the way to what the workers found
 * @param momentum μ of Nesterov's rule, at least 0 and below 1
 * @param warmupRounds rounds over which η grows in equal steps to {@code lr}; 0 for none
 */
public record OuterConfig(double lr, double momentum, int warmupRounds) {
    public OuterConfig {
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
