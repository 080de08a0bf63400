package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.html.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a report counts under one name: a split, a source, a reason.
 *
 * @param bytes of text; 0 where only documents are counted
 * @param tokens 0 where only documents are counted
 */
record Ranked(String name, long documents, long bytes, long tokens) {

    /** The entries of an object of a report, in its order; none if it is missing. A plain number counts documents. */
    static List<Ranked> of(JsonNode counts) {
        List<Ranked> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : counts.properties()) {
            JsonNode value = entry.getValue();
            long documents =
                    value.isNumber() ? value.asLong() : value.path("documents").asLong();
            entries.add(new Ranked(
                    entry.getKey(),
                    documents,
                    value.path("bytes").asLong(),
                    value.path("tokens").asLong()));
        }
        return entries;
    }

    /** Largest first, equal ones by name; where there are many more than the limit, the rest summed at the end. */
    static List<Ranked> largest(List<Ranked> entries, ToLongFunction<Ranked> size, int limit) {
        List<Ranked> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(size).reversed().thenComparing(Ranked::name));
        if (sorted.size() <= limit + 1) {
            return sorted;
        }
        List<Ranked> rest = sorted.subList(limit, sorted.size());
        Ranked others = sum(Figures.whole(rest.size()) + " others", rest);
        List<Ranked> shown = new ArrayList<>(sorted.subList(0, limit));
        shown.add(others);
        return shown;
    }

    Ranked named(String other) {
        return new Ranked(other, documents, bytes, tokens);
    }

    static Ranked sum(String name, List<Ranked> entries) {
        return new Ranked(
                name, total(entries, Ranked::documents), total(entries, Ranked::bytes), total(entries, Ranked::tokens));
    }

    static long total(List<Ranked> entries, ToLongFunction<Ranked> size) {
        return entries.stream().mapToLong(size).sum();
    }
}
