package io.github.hyenaspark.jobs.spark.averaging;

/**
 * What the round loop does, and when. Only {@code rounds} and {@code longest} belong to the run's identity.
 *
 * @param rounds rounds of the whole run
 * @param stopAfterRounds the round after which this job stops, if the run is longer; at most {@code rounds}
 * @param validateEveryRounds measure the held-out loss after every so many rounds, and after the last; 0 only then
 * @param checkpointEveryRounds save after every so many rounds, and when the job stops
 * @param longest L that the model allows, tokens
 * @param savesInBackground whether the next round begins while the one before is written down
 */
public record DriverPlan(
        long rounds,
        long stopAfterRounds,
        long validateEveryRounds,
        long checkpointEveryRounds,
        int longest,
        boolean savesInBackground) {
    public DriverPlan {
        if (checkpointEveryRounds < 1) {
            throw new IllegalArgumentException(
                    "checkpoint.every-rounds: found " + checkpointEveryRounds + ", expected at least 1");
        }
        if (validateEveryRounds < 0) {
            throw new IllegalArgumentException("run.validate-every-rounds: found " + validateEveryRounds
                    + ", expected 0 (at the end only) or more");
        }
        if (stopAfterRounds < 0) {
            throw new IllegalArgumentException(
                    "run.stop-after-rounds: found " + stopAfterRounds + ", expected 0 (at the end) or more");
        }
        stopAfterRounds = stopAfterRounds == 0 ? rounds : Math.min(rounds, stopAfterRounds);
    }

    boolean validatesAfter(long round) {
        return round == rounds || (validateEveryRounds > 0 && round % validateEveryRounds == 0);
    }

    boolean savesAfter(long round) {
        return round % checkpointEveryRounds == 0 || round >= stopAfterRounds;
    }
}
