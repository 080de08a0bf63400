package io.github.hyenaspark.jobs.bench;

import static io.github.hyenaspark.jobs.bench.BenchJob.shown;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Projects the overhead of a round to more executors with one worker each. Bytes take the time that the named network
 * needs; processing takes the time measured here; both are added as if nothing overlapped:
 *
 * <ul>
 *   <li>down: every executor receives the state once. Executors pass blocks on to one another, so the driver sends it
 *       about twice, not once per executor.
 *   <li>averaging on the driver: it receives and decodes all K results.
 *   <li>averaging on the executors: each sends and receives one result; the driver receives one average.
 *   <li>outer: the driver's step.
 * </ul>
 *
 * @param measured the figures of {@code bench round}
 */
record RoundProjection(ObjectNode measured) {
    private static final double MILLIS = 1e3;
    private static final double BYTES_PER_GIGABIT = 1e9 / 8;
    private static final int COPIES_BY_DRIVER = 2;

    /** A projection for each number of executors, for averaging on the driver and on the executors. */
    ArrayNode to(int... executors) {
        ArrayNode array = measured.arrayNode();
        for (int count : executors) {
            array.add(projection(count, "driver", onDriver(count)));
            array.add(projection(count, "executors", onExecutors(count)));
        }
        return array;
    }

    private static ObjectNode projection(int executors, String merge, Map<String, Double> phases) {
        ObjectNode json = Json.object().put("executors", executors).put("merge", merge);
        double total = phases.values().stream().mapToDouble(ms -> ms).sum();
        phases.forEach((phase, ms) -> json.put(phase + "_ms", shown(ms)));
        String bottleneck = phases.entrySet().stream()
                .max(Comparator.comparingDouble(Map.Entry::getValue))
                .orElseThrow()
                .getKey();
        return json.put("total_ms", shown(total)).put("bottleneck", bottleneck);
    }

    private Map<String, Double> onDriver(int executors) {
        Map<String, Double> phases = common();
        phases.put("driver_receives", executors * network(up()));
        phases.put("driver_averages", executors * averagingPerWorker());
        return phases;
    }

    private Map<String, Double> onExecutors(int executors) {
        Map<String, Double> phases = common();
        double share = (executors - 1.0) / executors;
        phases.put("executors_exchange", 2 * share * network(up()));
        phases.put("executors_average", averagingPerWorker());
        phases.put("driver_receives", network(down()));
        return phases;
    }

    private Map<String, Double> common() {
        Map<String, Double> phases = new LinkedHashMap<>();
        phases.put("driver_sends", millis("broadcast") + COPIES_BY_DRIVER * network(down()));
        phases.put("workers_fetch", millis("slowest_fetch"));
        phases.put("workers_encode", millis("slowest_encode"));
        phases.put("driver_steps", millis("outer"));
        return phases;
    }

    private double averagingPerWorker() {
        return millis("merge") / measured.path("workers").doubleValue();
    }

    private double up() {
        return bytes("bytes_up") + bytes("moment_bytes_up");
    }

    private double down() {
        return bytes("bytes_down") + bytes("moment_bytes_down");
    }

    private double network(double bytes) {
        return MILLIS * bytes / (measured.path("gigabits").doubleValue() * BYTES_PER_GIGABIT);
    }

    private double millis(String phase) {
        return measured.path("ms").path(phase).doubleValue();
    }

    private double bytes(String key) {
        return measured.path(key).doubleValue();
    }
}
