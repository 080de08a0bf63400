package io.github.hyenaspark.jobs.spark.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * What a driver knows of its runs, for those who ask from outside the round loop: Spark's metrics system reads gauges
 * from threads of its own, and executors report steps and ask for parameters through {@link RunPlugin}.
 */
public final class DriverState {
    /** The gauge that counts how often the journal, the loss curve or a report could not be written. */
    public static final String FAILED_WRITES = "failed_writes";

    /** Gauges of {@code prepare}: mebibytes of input that are prepared, of how many. */
    public static final String PREPARED = "prepared_mebibytes";

    public static final String TO_PREPARE = "mebibytes_to_prepare";

    /** Gauge of {@code score}, {@code embed} and {@code predict}: units whose documents are done. */
    public static final String UNITS_DONE = "units_done";

    private static final List<String> COUNTS =
            List.of("round", "tokens", "loss", "held_out_loss", "lr", "bytes_down", "bytes_up", "retries");
    private static final List<String> PHASES =
            List.of("broadcast", "train", "guard", "merge", "outer", "held_out", "checkpoint_wait", "total");
    private static final String TOKENS_PER_SECOND = "tokens_per_second";

    private final Map<String, Double> gauges = new ConcurrentHashMap<>();
    private final Map<String, Listener> listeners = new ConcurrentHashMap<>(); // by run
    private final Map<String, LongFunction<Broadcast<float[]>>> parameters = new ConcurrentHashMap<>(); // by series

    DriverState() {
        set(FAILED_WRITES, 0);
    }

    public static DriverState ofThisProcess() {
        return ExecutorState.ofThisProcess().driver();
    }

    @FunctionalInterface
    public interface Listener {
        void told(long round, int worker, int steps);
    }

    /** From now on this one is told of the steps of a run. */
    public void listen(String run, Listener listener) {
        listeners.put(run, listener);
    }

    public void unlisten(String run) {
        listeners.remove(run);
    }

    /** From now on this one has the parameters of a series, by round. */
    public void answer(String series, LongFunction<Broadcast<float[]>> byRound) {
        parameters.put(series, byRound);
    }

    public void unanswer(String series) {
        parameters.remove(series);
    }

    void told(String run, long round, int worker, int steps) {
        set(steps(worker), steps);
        Listener listener = listeners.get(run);
        if (listener != null) {
            listener.told(round, worker, steps);
        }
    }

    Broadcast<float[]> whole(String series, long round) {
        LongFunction<Broadcast<float[]>> byRound = parameters.get(series);
        if (byRound == null) {
            throw new IllegalStateException("the run of these parameters has ended");
        }
        return byRound.apply(round);
    }

    /** The gauges besides the steps of workers. */
    static List<String> names() {
        List<String> names = new ArrayList<>(COUNTS);
        names.add(TOKENS_PER_SECOND);
        names.addAll(List.of(FAILED_WRITES, PREPARED, TO_PREPARE, UNITS_DONE));
        PHASES.forEach(phase -> names.add(milliseconds(phase)));
        return names;
    }

    private static String milliseconds(String phase) {
        return "milliseconds_" + phase;
    }

    static String steps(int worker) {
        return "worker_" + worker + "_steps";
    }

    /** NaN for what was not measured yet. */
    public double gauge(String name) {
        return gauges.getOrDefault(name, Double.NaN);
    }

    public void set(String gauge, double value) {
        gauges.put(gauge, value);
    }

    /** A round of so many tokens has ended, with this line of the journal. */
    public void ended(JsonNode line, long tokens) {
        for (String name : COUNTS) {
            if (line.path(name).isNumber()) {
                set(name, line.path(name).doubleValue());
            }
        }
        for (String phase : PHASES) {
            set(milliseconds(phase), line.path("ms").path(phase).doubleValue());
        }
        set(
                TOKENS_PER_SECOND,
                1000.0 * tokens / Math.max(1, line.path("ms").path("total").asLong()));
    }
}
