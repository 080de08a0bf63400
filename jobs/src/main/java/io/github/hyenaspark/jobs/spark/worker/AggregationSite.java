package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;

/** Where the results of the workers are averaged; the bits do not depend on it. */
public enum AggregationSite {
    /** On the driver while results are few and small, on the executors beyond. */
    AUTO,
    /** All results come to the driver, which holds them at once, encoded. */
    DRIVER,
    /**
     * Executors exchange ranges of the parameters, each averages its ranges of all workers, and the driver gets the one
     * average: 4 bytes a parameter (12 with moments), however many workers there are.
     */
    EXECUTORS;

    private static final long MOST_BYTES = 512L << 20;
    private static final int MOST_WORKERS = 16;

    /** The site for a run of P parameters; refuses executors under a deadline. */
    public AggregationSite of(TrainConfig train, long parameters) {
        boolean deadline = train.mode() == TrainConfig.RoundMode.DEADLINE;
        if (deadline && this == EXECUTORS) {
            throw new IllegalArgumentException("run.merge: found executors, expected driver or auto with train.mode ="
                    + " deadline: a result that is late must not be waited for where it lies");
        }
        if (this != AUTO) {
            return this;
        }
        boolean small = train.workers() <= MOST_WORKERS
                && train.workers() * resultBytes(train, parameters, parameters) <= MOST_BYTES;
        return small || deadline ? DRIVER : EXECUTORS;
    }

    /** Bytes of a worker's result of P parameters and Q second moments. */
    public static long resultBytes(TrainConfig train, long parameters, long secondMoments) {
        return train.codec().bytes(parameters) + momentBytes(train, parameters, secondMoments);
    }

    /** Bytes of the mean of all results, which is not encoded. */
    public static long meanBytes(TrainConfig train, long parameters, long secondMoments) {
        boolean averages = train.innerState() == TrainConfig.MomentPolicy.AVERAGE;
        return Float.BYTES * (parameters + (averages ? parameters + secondMoments : 0));
    }

    /** Bytes of its moments, as they travel up and down; 0 unless workers share them. */
    public static long momentBytes(TrainConfig train, long parameters, long secondMoments) {
        Codec codec = train.codec().ofMoments();
        return train.innerState() == TrainConfig.MomentPolicy.AVERAGE
                ? codec.bytes(parameters) + codec.bytes(secondMoments)
                : 0;
    }
}
