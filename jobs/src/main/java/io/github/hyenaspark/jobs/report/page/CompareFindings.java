package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.html.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What a comparison found, in words, about the measured lengths only. */
public final class CompareFindings {
    private final String equal;
    private final List<JsonNode> tried;
    private final List<JsonNode> cells;
    private final List<JsonNode> speeds;

    CompareFindings(JsonNode result) {
        equal = result.path("equal").asText("tokens");
        tried = list(result.path("cells"));
        cells = best(tried);
        speeds = list(result.path("speeds"));
    }

    public static List<String> of(JsonNode result) {
        var findings = new CompareFindings(result);
        List<String> sentences = new ArrayList<>();
        lengths(findings.cells).forEach(length -> sentences.add(findings.losses(length)));
        findings.cells.stream()
                .filter(cell -> cell.has("seed"))
                .findFirst()
                .ifPresent(cell -> sentences.add("Each loss is of one run with seed "
                        + cell.path("seed").asLong() + "; another seed may change the order of close ones."));
        findings.tried.stream()
                .filter(cell -> !hasLoss(cell))
                .map(CompareFindings::left)
                .forEach(sentences::add);
        List<String> mixers = mixers(findings.speeds);
        for (String other : mixers.subList(Math.min(1, mixers.size()), mixers.size())) {
            sentences.add(findings.speeds(mixers.get(0), other));
        }
        if (!findings.speeds.isEmpty()) {
            sentences.add(findings.memory());
        }
        return sentences;
    }

    static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** For each mixer and length, the cell with the lowest held-out loss; none if no cell of it has one. */
    private static List<JsonNode> best(List<JsonNode> tried) {
        List<JsonNode> measured =
                tried.stream().filter(CompareFindings::hasLoss).toList();
        return measured.stream()
                .filter(cell ->
                        measured.stream().noneMatch(other -> ofSameKind(cell, other) && loss(other) < loss(cell)))
                .toList();
    }

    static boolean hasLoss(JsonNode cell) {
        return cell.path("loss").isNumber();
    }

    private static boolean ofSameKind(JsonNode cell, JsonNode other) {
        return cell.path("mixer").equals(other.path("mixer"))
                && cell.path("length").equals(other.path("length"));
    }

    private static double loss(JsonNode cell) {
        return cell.path("loss").asDouble();
    }

    static List<Integer> lengths(List<JsonNode> cells) {
        return cells.stream()
                .map(cell -> cell.path("length").asInt())
                .distinct()
                .toList();
    }

    static List<String> mixers(List<JsonNode> cells) {
        return cells.stream()
                .map(cell -> cell.path("mixer").asText())
                .distinct()
                .toList();
    }

    List<JsonNode> cells() {
        return cells;
    }

    private String losses(int length) {
        List<JsonNode> sorted = cells.stream()
                .filter(cell -> cell.path("length").asInt() == length)
                .sorted(Comparator.comparingDouble(CompareFindings::loss))
                .toList();
        String order = sorted.stream()
                .map(cell -> String.format(
                        Locale.ROOT, "%s %.4f%s", cell.path("mixer").asText(), loss(cell), besides(cell)))
                .collect(Collectors.joining(", "));
        String rates = hasRates() ? ", each at the best of its learning rates," : "";
        return String.format(
                Locale.ROOT,
                "At length %s, after the same %s, the held-out losses in nats per token%s are %s.",
                Figures.whole(length),
                equal,
                rates,
                order);
    }

    private boolean hasRates() {
        return tried.stream()
                        .map(cell -> cell.path("mixer").asText() + " " + cell.path("length"))
                        .distinct()
                        .count()
                < tried.size();
    }

    private static String left(JsonNode cell) {
        return String.format(
                Locale.ROOT,
                "%s at length %s with the learning rate %s %s.",
                cell.path("mixer").asText(),
                Figures.whole(cell.path("length").asLong()),
                cell.path("lr").asText(Figures.NONE),
                cell.path("diverged").asBoolean() ? "diverged and has no loss" : "has no loss that is a number");
    }

    private static String besides(JsonNode cell) {
        List<String> facts = new ArrayList<>();
        if (cell.path("parameters").isNumber()) {
            facts.add(Figures.whole(cell.path("parameters").asLong()) + " parameters");
        }
        if (cell.has("last_token_accuracy")) {
            facts.add(percentRight(cell) + " of last tokens right");
        }
        return facts.isEmpty() ? "" : " (" + String.join("; ", facts) + ")";
    }

    static String percentRight(JsonNode cell) {
        double accuracy = cell.path("last_token_accuracy").asDouble(Double.NaN);
        return Double.isNaN(accuracy) ? Figures.NONE : String.format(Locale.ROOT, "%.1f %%", 100 * accuracy);
    }

    private String speeds(String mixer, String other) {
        String ratios = lengths(speeds).stream()
                .map(length ->
                        String.format(Locale.ROOT, "%.2f at %s", ratio(mixer, other, length), Figures.whole(length)))
                .collect(Collectors.joining(", "));
        return "Tokens per second of " + mixer + " over those of " + other + ", by length: " + ratios + ". "
                + whoIsFaster(mixer, other);
    }

    private String whoIsFaster(String mixer, String other) {
        OptionalInt from = faster(mixer, other);
        if (from.isEmpty()) {
            return "At the longest of them " + mixer + " is not the faster one.";
        }
        return crossover(mixer, other).isPresent()
                ? mixer + " is the faster one from " + Figures.whole(from.getAsInt()) + " on."
                : mixer + " is the faster one at all of them.";
    }

    /** As {@link #faster}, but empty if the mixer is faster at all lengths. */
    OptionalInt crossover(String mixer, String other) {
        OptionalInt first = faster(mixer, other);
        return first.isPresent() && first.getAsInt() > lengths(speeds).get(0) ? first : OptionalInt.empty();
    }

    /** The first measured length from which the mixer has more tokens per second than the other. */
    private OptionalInt faster(String mixer, String other) {
        List<Integer> lengths = lengths(speeds);
        return lengths.stream()
                .mapToInt(Integer::intValue)
                .filter(length -> lengths.stream()
                        .filter(longer -> longer >= length)
                        .allMatch(longer -> ratio(mixer, other, longer) > 1))
                .findFirst();
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

    private String memory() {
        List<Integer> lengths = lengths(speeds);
        int longest = lengths.get(lengths.size() - 1);
        return speeds.stream()
                .filter(cell -> cell.path("length").asInt() == longest)
                .map(cell -> cell.path("mixer").asText() + " "
                        + Figures.rounded(cell.path("memory_mib").asDouble()))
                .collect(Collectors.joining(
                        ", ", "Training steps at length " + Figures.whole(longest) + " hold, in MiB: ", "."));
    }
}
