package io.github.hyenaspark.jobs.spark.task;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The parameters that this executor received last, so that those of the next round may come as an update. An executor
 * without the previous round's parameters, such as a new one, asks for all of them.
 */
public final class ExecutorParameterCache {
    private String series = "";
    private long round;
    private float[] theta = {};

    /** θ, P, not to be changed, and the bytes that were transferred because an update was not enough. */
    public record Parameters(float[] theta, long wholeBytes) {}

    /**
     * Receives the parameters of a series, which names the rounds of one driver, and a round, from 0; those of its next
     * round may then come as an update. The tasks of an executor wait for the first of them.
     *
     * @param sent θ, P, where it came whole
     * @param update makes the parameters from those of the round before; empty if they came whole
     * @param whole asks for all parameters where the update is not enough
     */
    public synchronized Parameters receive(
            String asked, long when, float[] sent, Optional<UnaryOperator<float[]>> update, Supplier<float[]> whole) {
        long wholeBytes = 0;
        if (!has(asked, when)) {
            if (update.isEmpty()) {
                theta = sent;
            } else if (has(asked, when - 1)) {
                theta = update.get().apply(theta);
            } else {
                theta = whole.get();
                wholeBytes = (long) theta.length * Float.BYTES;
            }
            series = asked;
            round = when;
        }
        return new Parameters(theta, wholeBytes);
    }

    private boolean has(String which, long when) {
        return series.equals(which) && round == when;
    }
}
