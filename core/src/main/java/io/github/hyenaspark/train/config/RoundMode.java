package io.github.hyenaspark.train.config;

/** When a round ends. */
public enum RoundMode {
    /** When every worker has done all its local steps. */
    SYNC,
    /** When enough workers have done what they could within a time, as {@link DeadlineConfig} says. */
    DEADLINE
}
