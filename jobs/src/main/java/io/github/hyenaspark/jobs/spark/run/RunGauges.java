package io.github.hyenaspark.jobs.spark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How the run of this driver goes, for Spark's metrics system, which asks from threads of its own. */
public final class RunGauges {
    /** How often the journal, the loss curve or a report could not be written. */
    public static final String FAILED_WRITES = "failed_writes";

    private static final List<String> COUNTS =
            List.of("round", "tokens", "loss", "held_out_loss", "lr", "bytes_down", "bytes_up", "retries");
    private static final List<String> PHASES =
            List.of("broadcast", "train", "guard", "merge", "outer", "held_out", "checkpoint_wait", "total");
    private static final String TOKENS_PER_SECOND = "tokens_per_second";

    /** By name; Spark makes the plug-in that reads them and hands it to nobody, so they are static. */
    private static final Map<String, Double> VALUES = new ConcurrentHashMap<>();

    private RunGauges() {}

    /** What can be asked for besides the steps of workers. */
    static List<String> names() {
        List<String> names = new ArrayList<>(COUNTS);
        names.add(TOKENS_PER_SECOND);
        names.add(FAILED_WRITES);
        PHASES.forEach(phase -> names.add(milliseconds(phase)));
        return names;
    }

    private static String milliseconds(String phase) {
        return "milliseconds_" + phase;
    }

    /** The name of the steps of a worker in its running round. */
    static String steps(int worker) {
        return "worker_" + worker + "_steps";
    }

    /** NaN for what was not measured yet. */
    public static double value(String name) {
        return VALUES.getOrDefault(name, Double.NaN);
    }

    public static void set(String name, double value) {
        VALUES.put(name, value);
    }

    /**
     * Takes what a round's line of the journal says.
     *
     * @param tokens of that round
     */
    public static void ended(JsonNode line, long tokens) {
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
