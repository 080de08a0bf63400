package io.github.hyenaspark.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What a comparison found, in words. Measured numbers only: nothing is said of lengths between or beyond them. */
public final class CompareFindings {
    private final List<JsonNode> cells;
    private final List<JsonNode> speeds;

    private CompareFindings(JsonNode result) {
        cells = list(result.path("cells"));
        speeds = list(result.path("speeds"));
    }

    /** Sentences on the figures of {@code compare}. */
    public static List<String> of(JsonNode result) {
        var findings = new CompareFindings(result);
        List<String> sentences = new ArrayList<>();
        lengths(findings.cells).forEach(length -> sentences.add(findings.losses(length)));
        List<String> mixers = mixers(findings.speeds);
        for (String other : mixers.subList(Math.min(1, mixers.size()), mixers.size())) {
            sentences.add(findings.speeds(mixers.get(0), other));
        }
        return sentences;
    }

    static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** The lengths of some cells, each once, in their order. */
    static List<Integer> lengths(List<JsonNode> cells) {
        return cells.stream()
                .map(cell -> cell.path("length").asInt())
                .distinct()
                .toList();
    }

    /** The mixers of some cells, each once, in their order. */
    static List<String> mixers(List<JsonNode> cells) {
        return cells.stream()
                .map(cell -> cell.path("mixer").asText())
                .distinct()
                .toList();
    }

    private String losses(int length) {
        List<JsonNode> sorted = cells.stream()
                .filter(cell -> cell.path("length").asInt() == length)
                .sorted(Comparator.comparingDouble(cell -> cell.path("loss").asDouble()))
                .toList();
        String order = sorted.stream()
                .map(cell -> String.format(
                        Locale.ROOT,
                        "%s %.4f%s",
                        cell.path("mixer").asText(),
                        cell.path("loss").asDouble(),
                        accuracy(cell)))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "At length %s, after the same tokens, the held-out losses in nats per token are %s.",
                Figures.whole(length),
                order);
    }

    private static String accuracy(JsonNode cell) {
        return cell.has("last_token_accuracy")
                ? String.format(
                        Locale.ROOT,
                        " (%.1f %% of last tokens right)",
                        100 * cell.path("last_token_accuracy").asDouble())
                : "";
    }

    private String speeds(String mixer, String other) {
        List<Integer> lengths = lengths(speeds);
        String ratios = lengths.stream()
                .map(length ->
                        String.format(Locale.ROOT, "%.2f at %s", ratio(mixer, other, length), Figures.whole(length)))
                .collect(Collectors.joining(", "));
        OptionalInt first = lengths.stream()
                .mapToInt(Integer::intValue)
                .filter(length -> lengths.stream()
                        .filter(longer -> longer >= length)
                        .allMatch(longer -> ratio(mixer, other, longer) > 1))
                .findFirst();
        String faster = first.isPresent()
                ? " " + mixer + " is the faster one from " + Figures.whole(first.getAsInt()) + " on."
                : " At the longest of them " + mixer + " is not the faster one.";
        return "Tokens per second of " + mixer + " over those of " + other + ", by length: " + ratios + "." + faster;
    }

    private double ratio(String mixer, String other, int length) {
        return speed(mixer, length) / speed(other, length);
    }

    private double speed(String mixer, int length) {
        return speeds.stream()
                .filter(cell -> cell.path("mixer").asText().equals(mixer)
                        && cell.path("length").asInt() == length)
                .mapToDouble(cell -> cell.path("tokens_per_second").asDouble())
                .findFirst()
                .orElse(Double.NaN);
    }
}
