package io.github.hyenaspark.jobs.spark.averaging;

/** The run was told to stop, and has saved what it had. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoppedException(long round) {
        super("stopped with a checkpoint of round " + round + "; the same command resumes there");
    }
}
