package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long documents are: class k counts those of 2^k to 2^(k+1)-1 tokens. Classes that are empty in every split are
 * left out before the first and after the last that is not.
 *
 * @param labels the least length of each class: 1, 2, 4, ... 1k, ...; empty if there are no documents
 * @param splits in the report's order
 */
record LengthClasses(List<String> labels, List<Split> splits) {
    private static final int CLASSES = 63; // lengths are below 2^63

    /**
     * One split.
     *
     * @param documents of each class
     */
    record Split(String name, List<Long> documents) {

        /** Of each class; zeros if there are no documents. */
        List<Double> percentages() {
            long all = documents.stream().mapToLong(Long::longValue).sum();
            return documents.stream().map(n -> 100.0 * n / Math.max(1, all)).toList();
        }
    }

    /** From an object of splits and their counts. */
    static LengthClasses of(JsonNode lengths) {
        int from = CLASSES;
        int to = 0;
        for (JsonNode counts : lengths) {
            for (int k = 0; k < Math.min(CLASSES, counts.size()); k++) {
                if (counts.path(k).asLong() > 0) {
                    from = Math.min(from, k);
                    to = Math.max(to, k + 1);
                }
            }
        }
        List<String> labels = new ArrayList<>();
        for (int k = from; k < to; k++) {
            labels.add(Figures.length(1L << k));
        }
        List<Split> splits = new ArrayList<>();
        for (Map.Entry<String, JsonNode> split : lengths.properties()) {
            List<Long> documents = new ArrayList<>();
            for (int k = from; k < to; k++) {
                documents.add(split.getValue().path(k).asLong());
            }
            splits.add(new Split(split.getKey(), documents));
        }
        return new LengthClasses(labels, splits);
    }

    /** A row for each class, a column for each split. */
    HtmlTable table() {
        List<String> columns = new ArrayList<>(List.of("Tokens, from"));
        splits.forEach(split -> columns.add(split.name()));
        HtmlTable table = HtmlTable.of(columns);
        for (int i = 0; i < labels.size(); i++) {
            int row = i;
            table.row(
                    labels.get(i),
                    splits.stream()
                            .map(split -> Figures.whole(split.documents().get(row)))
                            .toList());
        }
        return table;
    }
}
