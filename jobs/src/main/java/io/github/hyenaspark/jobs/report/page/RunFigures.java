package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The figures in a journal, for a page: curves over the rounds, and the time per phase. */
public final class RunFigures {
    /** Phases of a round in order: those of the driver, and within "train" those of the slowest worker. */
    private static final List<Map.Entry<String, String>> PHASES = List.of(
            Map.entry("broadcast", "Driver sends the state"),
            Map.entry("slowest_fetch", "Executor receives the state"),
            Map.entry("slowest_load", "Worker reads batches"),
            Map.entry("slowest_compute", "Worker computes its local steps"),
            Map.entry("slowest_encode", "Worker encodes its result"),
            Map.entry("guard", "Driver checks the results"),
            Map.entry("merge", "Driver averages"),
            Map.entry("outer", "Outer step"),
            Map.entry("held_out", "Held-out loss"),
            Map.entry("checkpoint_wait", "Waiting for the previous checkpoint"));

    private final List<Round> rounds = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final Map<String, Double> millis = new HashMap<>();
    private double seconds;
    private JsonNode last = MissingNode.getInstance();
    private JsonNode positions = MissingNode.getInstance();

    /**
     * One round; NaN where not measured. Tokens are all up to its end, losses nats per token, {@code ended} seconds
     * from the start of the first round without pauses, {@code computed} those of the slowest worker's local steps,
     * {@code besides} those of the held-out loss and of waiting for a checkpoint, and {@code lr} the rate of its last
     * step.
     */
    record Round(
            double round,
            double tokens,
            double ended,
            double loss,
            double heldOut,
            double lr,
            double cosine,
            double took,
            double computed,
            double besides) {}

    /** A continuation that the model wrote after a round; the prompt may be empty. */
    record Sample(long round, String prompt, String text) {}

    public void add(JsonNode entry) {
        JsonNode ms = entry.path("ms");
        double took = ms.path("total").asDouble() / 1000;
        seconds += took;
        rounds.add(new Round(
                number(entry, "round"),
                number(entry, "tokens"),
                seconds,
                number(entry, "loss"),
                number(entry, "held_out_loss"),
                number(entry, "lr"),
                number(entry, "delta_cosine"),
                took,
                ms.path("slowest_compute").asDouble() / 1000,
                (ms.path("held_out").asDouble() + ms.path("checkpoint_wait").asDouble()) / 1000));
        for (JsonNode late : entry.path("late_samples")) {
            samples.add(sample(late.path("round").asLong(), late));
        }
        if (entry.path("sample").isObject()) {
            samples.add(sample(entry.path("round").asLong(), entry.path("sample")));
        }
        for (Map.Entry<String, String> phase : PHASES) {
            millis.merge(phase.getValue(), ms.path(phase.getKey()).asDouble(), Double::sum);
        }
        last = entry;
        positions = entry.has("held_out_by_position") ? entry.path("held_out_by_position") : positions;
    }

    private static Sample sample(long round, JsonNode sample) {
        return new Sample(
                round, sample.path("prompt").asText(), sample.path("text").asText());
    }

    private static double number(JsonNode entry, String key) {
        return entry.path(key).asDouble(Double.NaN);
    }

    /**
     * Losses against tokens and against seconds of training alone, with a first round that takes no longer than the
     * median of the others, since its processes start cold.
     */
    public ArrayNode lossCurve() {
        ArrayNode curve = Json.array();
        double[] others = rounds.stream()
                .skip(1)
                .mapToDouble(round -> round.took() - round.besides())
                .sorted()
                .toArray();
        double warm = others.length == 0 ? Double.POSITIVE_INFINITY : others[others.length / 2];
        double trained = 0;
        for (Round round : rounds) {
            double took = round.took() - round.besides();
            trained += curve.isEmpty() ? Math.min(took, warm) : took;
            ObjectNode point =
                    curve.addObject().put("tokens", (long) round.tokens()).put("seconds", trained);
            if (Double.isFinite(round.loss())) {
                point.put("loss", round.loss());
            }
        }
        return curve;
    }

    List<Round> rounds() {
        return Collections.unmodifiableList(rounds);
    }

    List<Sample> samples() {
        return Collections.unmodifiableList(samples);
    }

    /** The last line; a missing node before the first. */
    JsonNode last() {
        return last;
    }

    /** The latest held-out loss by the first position of a range; a missing node if never measured. */
    JsonNode positions() {
        return positions;
    }

    /** The last finite value; NaN if there is none. */
    double last(ToDoubleFunction<Round> value) {
        double found = Double.NaN;
        for (Round round : rounds) {
            double here = value.applyAsDouble(round);
            found = Double.isFinite(here) ? here : found;
        }
        return found;
    }

    /** Seconds of all rounds, without pauses between driver processes. */
    double seconds() {
        return seconds;
    }

    /** Those of them in which workers trained: without held-out losses and waiting for checkpoints. */
    double trainingSeconds() {
        return seconds - rounds.stream().mapToDouble(Round::besides).sum();
    }

    /** Phases with their milliseconds over all rounds; the rest is waiting for slots, scheduling and transfer. */
    Map<String, Double> phaseMillis() {
        Map<String, Double> named = new LinkedHashMap<>();
        PHASES.forEach(phase -> named.put(phase.getValue(), millis.getOrDefault(phase.getValue(), 0.0)));
        double known = named.values().stream().mapToDouble(ms -> ms).sum();
        named.put("Waiting for slots, scheduling, transfer of results", Math.max(0, 1000 * seconds - known));
        return named;
    }
}
