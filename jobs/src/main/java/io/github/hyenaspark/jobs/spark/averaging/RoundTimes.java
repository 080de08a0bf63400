package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** A stopwatch over the phases of one round. */
final class RoundTimes {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Map<String, Long> millis = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private long phaseBegin = begin;

    /** Ends the phase that began with the previous call, or with this stopwatch. */
    void end(String phase) {
        long now = System.nanoTime();
        millis.put(phase, (now - phaseBegin) / NANOS_PER_MILLI);
        phaseBegin = now;
    }

    /**
     * Notes what the slowest worker took: for all, for getting the state, for reading batches, for local steps, for
     * encoding.
     */
    void putSlowest(List<WorkerRound> workers) {
        millis.put("slowest_worker", slowest(workers, WorkerRound.WorkerTimes::total));
        millis.put("slowest_fetch", slowest(workers, WorkerRound.WorkerTimes::fetch));
        millis.put("slowest_load", slowest(workers, WorkerRound.WorkerTimes::load));
        millis.put("slowest_compute", slowest(workers, WorkerRound.WorkerTimes::compute));
        millis.put("slowest_encode", slowest(workers, WorkerRound.WorkerTimes::encode));
    }

    private static long slowest(List<WorkerRound> workers, ToLongFunction<WorkerRound.WorkerTimes> time) {
        return workers.stream().map(WorkerRound::times).mapToLong(time).max().orElse(0);
    }

    long totalMillis() {
        return (System.nanoTime() - begin) / NANOS_PER_MILLI;
    }

    /** All phases and the total up to now, milliseconds. */
    ObjectNode toJson() {
        ObjectNode json = Json.object();
        millis.forEach(json::put);
        return json.put("total", totalMillis());
    }
}
