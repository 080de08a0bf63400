package io.github.hyenaspark.jobs.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A stopwatch over the phases of one round. */
final class RoundTimes {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Map<String, Long> millis = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private long phaseBegin = begin;

    /** Ends the phase that began with the previous call, or with this stopwatch. */
    void end(String phase) {
        long now = System.nanoTime();
        put(phase, (now - phaseBegin) / NANOS_PER_MILLI);
        phaseBegin = now;
    }

    /** Notes how long the slowest worker took, and the slowest reader. */
    void putSlowest(List<WorkerRound> workers) {
        put(
                "slowest_worker",
                workers.stream().mapToLong(WorkerRound::trainMillis).max().orElse(0));
        put(
                "slowest_load",
                workers.stream().mapToLong(WorkerRound::loadMillis).max().orElse(0));
    }

    private void put(String phase, long phaseMillis) {
        millis.put(phase, phaseMillis);
    }

    long totalMillis() {
        return (System.nanoTime() - begin) / NANOS_PER_MILLI;
    }

    /** All phases and the total, milliseconds. */
    ObjectNode toJson() {
        ObjectNode json = Json.object();
        millis.forEach(json::put);
        return json.put("total", totalMillis());
    }
}
