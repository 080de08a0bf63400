package io.github.hyenaspark.train.config;

/**
 * When a round of {@link RoundMode#DEADLINE} ends, section {@code train.deadline}. A worker takes no further local step
 * once its time is over, but always one; tokens decide what its part weighs. Which worker did how many steps is in the
 * journal, from which the run can be done again bit for bit.
 *
 * @param seconds that a worker's local steps may take, positive
 * @param quorum share of the K workers that a round needs, above 0 and at most 1
 * @param graceSeconds how long the others are waited for after that, at least 0
 */
public record DeadlineConfig(double seconds, double quorum, double graceSeconds) {
    public DeadlineConfig {
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
