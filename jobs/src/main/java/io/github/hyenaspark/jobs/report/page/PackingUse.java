package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The share of positions that hold a token to learn from, for packing strategies and sequence lengths.
 *
 * @param strategies in the report's order
 * @param lengths in tokens, ascending; every length of any strategy
 * @param shares of each strategy, 0 to 1 by length; a strategy need not have every length
 */
record PackingUse(List<String> strategies, List<Long> lengths, Map<String, SortedMap<Long, Double>> shares) {

    /** From an object of strategies; what is no object in it, like the number of documents, is passed over. */
    static PackingUse of(JsonNode packing) {
        Map<String, SortedMap<Long, Double>> shares = new TreeMap<>();
        List<String> strategies = new ArrayList<>();
        var lengths = new TreeSet<Long>();
        for (Map.Entry<String, JsonNode> strategy : packing.properties()) {
            SortedMap<Long, Double> uses = uses(strategy.getValue());
            if (!uses.isEmpty()) {
                strategies.add(strategy.getKey());
                shares.put(strategy.getKey(), uses);
                lengths.addAll(uses.keySet());
            }
        }
        return new PackingUse(strategies, List.copyOf(lengths), shares);
    }

    private static SortedMap<Long, Double> uses(JsonNode strategy) {
        SortedMap<Long, Double> uses = new TreeMap<>();
        for (Map.Entry<String, JsonNode> use : strategy.properties()) {
            if (use.getKey().matches("[0-9]{1,18}") && use.getValue().isNumber()) {
                uses.put(Long.parseLong(use.getKey()), use.getValue().asDouble());
            }
        }
        return uses;
    }

    /** Of a strategy at each of the lengths; null where it has none. */
    List<@Nullable Double> percentages(String strategy) {
        List<@Nullable Double> percentages = new ArrayList<>();
        for (long length : lengths) {
            Double share = shares.getOrDefault(strategy, new TreeMap<>()).get(length);
            percentages.add(share == null ? null : Double.valueOf(100 * share));
        }
        return percentages;
    }

    /** Where an axis in percent may begin: the multiple of ten below every share. */
    double floor() {
        double least = shares.values().stream()
                .flatMap(uses -> uses.values().stream())
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(0);
        return Math.max(0, Math.min(90, 10 * Math.floor(10 * least)));
    }

    /** A row for each strategy, a column for each length. */
    HtmlTable table() {
        List<String> columns = new ArrayList<>(List.of("Strategy"));
        lengths.forEach(length -> columns.add(Figures.length(length)));
        HtmlTable table = HtmlTable.of(columns);
        for (String strategy : strategies) {
            table.row(
                    strategy,
                    percentages(strategy).stream()
                            .map(use -> use == null ? Figures.NONE : String.format(Locale.ROOT, "%.2f %%", use))
                            .toList());
        }
        return table;
    }
}
