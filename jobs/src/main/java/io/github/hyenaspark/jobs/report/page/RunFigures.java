package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What the lines of a journal say, for a page: curves over the rounds, and where their time went. */
public final class RunFigures {
    /** Phases of a round in their order: what the driver does, and inside of "train" what the slowest worker does. */
    private static final Map<String, String> PHASES = phases();

    private final List<Round> rounds = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final Map<String, Double> millis = new LinkedHashMap<>();
    private double seconds;
    private JsonNode last = MissingNode.getInstance();
    private JsonNode positions = MissingNode.getInstance();

    /**
     * One round; NaN is what was not measured.
     *
     * @param round its number
     * @param tokens trained on up to its end
     * @param ended seconds from the begin of the first round to its end, pauses left out
     * @param loss training loss, nats per token
     * @param heldOut held-out loss, nats per token
     * @param lr learning rate of its last step
     * @param cosine of the workers' deltas
     * @param took seconds
     * @param computed seconds that the slowest worker spent on local steps
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
            double computed) {}

    /**
     * What the model said.
     *
     * @param round after which one
     * @param prompt that it was given; may be empty
     * @param text how it went on
     */
    record Sample(long round, String prompt, String text) {}

    private static Map<String, String> phases() {
        Map<String, String> phases = new LinkedHashMap<>();
        phases.put("broadcast", "Driver sends the state");
        phases.put("slowest_fetch", "Executor gets the state");
        phases.put("slowest_load", "Worker reads batches");
        phases.put("slowest_compute", "Worker does its local steps");
        phases.put("slowest_encode", "Worker encodes its result");
        phases.put("guard", "Driver checks the results");
        phases.put("merge", "Driver averages");
        phases.put("outer", "Outer step");
        phases.put("held_out", "Held-out loss");
        phases.put("checkpoint_wait", "Waiting for the checkpoint before");
        return Collections.unmodifiableMap(phases);
    }

    /** Adds what one line of the journal says. */
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
                ms.path("slowest_compute").asDouble() / 1000));
        for (JsonNode late : entry.path("late_samples")) {
            samples.add(sample(late.path("round").asLong(), late));
        }
        if (entry.path("sample").isObject()) {
            samples.add(sample(entry.path("round").asLong(), entry.path("sample")));
        }
        PHASES.keySet().forEach(phase -> millis.merge(phase, ms.path(phase).asDouble(), Double::sum));
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

    /** Tokens, seconds and training loss after each round, the loss where there is one. */
    public ArrayNode lossCurve() {
        ArrayNode curve = Json.array();
        for (Round round : rounds) {
            ObjectNode point =
                    curve.addObject().put("tokens", (long) round.tokens()).put("seconds", round.ended());
            if (Double.isFinite(round.loss())) {
                point.put("loss", round.loss());
            }
        }
        return curve;
    }

    /** The rounds so far; a view. */
    List<Round> rounds() {
        return Collections.unmodifiableList(rounds);
    }

    /** What the model said after rounds so far; a view. */
    List<Sample> samples() {
        return Collections.unmodifiableList(samples);
    }

    /** The last line; missing before the first. */
    JsonNode last() {
        return last;
    }

    /** The newest held-out loss by the position at which a class of positions begins; missing if never measured. */
    JsonNode positions() {
        return positions;
    }

    /** The last value that is a number; NaN if there is none. */
    double last(ToDoubleFunction<Round> value) {
        double found = Double.NaN;
        for (Round round : rounds) {
            double here = value.applyAsDouble(round);
            found = Double.isFinite(here) ? here : found;
        }
        return found;
    }

    /** Seconds of all rounds, pauses between lives of the driver left out. */
    double seconds() {
        return seconds;
    }

    /**
     * Phases with their milliseconds over all rounds; what is left is waiting for a slot, scheduling, results on their
     * way.
     */
    Map<String, Double> phaseMillis() {
        Map<String, Double> named = new LinkedHashMap<>();
        PHASES.forEach((key, name) -> named.put(name, millis.getOrDefault(key, 0.0)));
        double known = named.values().stream().mapToDouble(Double::doubleValue).sum();
        named.put("Waiting for slots, scheduling, results on their way", Math.max(0, 1000 * seconds - known));
        return named;
    }
}
