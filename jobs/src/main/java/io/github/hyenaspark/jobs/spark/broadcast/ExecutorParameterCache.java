package io.github.hyenaspark.jobs.spark.broadcast;

import io.github.hyenaspark.train.averaging.ParameterUpdate;
import java.util.function.Supplier;

/**
 * The parameters that this JVM received last, so that those of the next round may come as an update. Who has not those
 * of the round before, such as an executor that is new, gets all of them.
 */
public final class ExecutorParameterCache {
    private static final ExecutorParameterCache HERE = new ExecutorParameterCache();

    private String series = "";
    private long round;
    private float[] theta = {};

    /** Those of this JVM: an executor outlives the tasks that run on it. */
    static ExecutorParameterCache ofThisExecutor() {
        return HERE;
    }

    /**
     * A state with all of its parameters.
     *
     * @param state whole
     * @param wholeBytes that had to come because an update was not enough
     */
    public record Received(BroadcastState state, long wholeBytes) {}

    /**
     * Receives a state; what follows in its series may then come as an update. The tasks of an executor wait for the
     * first of them.
     *
     * @param whole its parameters, asked for where the update is not enough
     */
    synchronized Received receive(BroadcastState sent, Supplier<float[]> whole) {
        long wholeBytes = 0;
        if (!has(sent, sent.round())) {
            if (sent.update().isEmpty()) {
                hold(sent, sent.theta());
            } else if (has(sent, sent.round() - 1)) {
                ParameterUpdate update = sent.update().get();
                hold(sent, update.appliedTo(theta));
            } else {
                hold(sent, whole.get());
                wholeBytes = (long) theta.length * Float.BYTES;
            }
        }
        return new Received(sent.with(theta), wholeBytes);
    }

    private boolean has(BroadcastState sent, long which) {
        return series.equals(sent.series()) && round == which;
    }

    private void hold(BroadcastState sent, float[] parameters) {
        series = sent.series();
        round = sent.round();
        theta = parameters;
    }
}
