package io.github.hyenaspark.jobs.prepare;

/**
 * The section {@code vacuum} of the settings.
 *
 * @param olderThanHours files changed later stay, at least 0: a run that has not committed yet may have written them
 */
record VacuumConfig(double olderThanHours) {
    VacuumConfig {
        if (!(olderThanHours >= 0)) {
            throw new IllegalArgumentException(
                    "vacuum.older-than-hours: found " + olderThanHours + ", expected 0 or more hours");
        }
    }
}
