package io.github.hyenaspark.train.config;

/**
 * What happens to a worker's result that is not finite or went too far, section {@code train.guard}: the worker's round
 * is computed once more, where possible on another executor; if it comes out bad again, {@code action} decides.
 *
 * @param maxDeltaRatio how many times the median of the workers' delta norms a delta may be long, above 1; 0 for any
 * @param action what to do then
 */
public record GuardConfig(double maxDeltaRatio, Action action) {
    /** What to do with a result that is bad twice. */
    public enum Action {
        /** End the job; the run is as it was after the round before. */
        STOP,
        /** Go on without it; the journal names the worker. */
        DROP
    }

    public GuardConfig {
        SettingCheck.notNegative("train.guard.max-delta-ratio", maxDeltaRatio);
        if (maxDeltaRatio > 0 && maxDeltaRatio <= 1) {
            throw new IllegalArgumentException(
                    "train.guard.max-delta-ratio must be above 1, or 0 for no limit, found " + maxDeltaRatio);
        }
    }
}
