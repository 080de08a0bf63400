package io.github.hyenaspark.train;

/**
 * The outer optimiser's settings, section {@code train.outer}. Rate 1 with momentum 0 is the plain weighted mean.
 *
 * @param lr η, positive; 1 moves all the way to what the workers found
 * @param momentum μ of Nesterov's rule, at least 0 and below 1
 */
public record OuterConfig(double lr, double momentum) {
    public OuterConfig {
        SettingCheck.positive("train.outer.lr", lr);
        SettingCheck.fraction("train.outer.momentum", momentum);
    }
}
