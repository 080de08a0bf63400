package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.chart.LineChart;
import io.github.hyenaspark.jobs.report.chart.PagePicture;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Table;
import io.github.hyenaspark.jobs.report.page.DatasetCharts.LengthClasses.SplitLengths;
import io.github.hyenaspark.jobs.report.page.DatasetPage.Ranked;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;

final class DatasetCharts {
    private static final int SOURCES = 12;

    private DatasetCharts() {}

    /** Bars of documents by length, in percent of each split; empty without documents. */
    static String lengths(LengthClasses lengths) throws IOException {
        if (lengths.labels().isEmpty()) {
            return "";
        }
        List<String> names = lengths.splits().stream().map(SplitLengths::name).toList();
        String title = "Share of the documents of each split by their length in tokens";
        return PagePicture.html(title, PagePicture.legend(names, "■"), theme -> {
            CategoryChart chart = theme.chart("tokens, from this up to twice as many", "% of documents");
            bars(chart, lengths.labels(), theme);
            for (int i = 0; i < names.size(); i++) {
                PagePicture.add(
                        chart, i, lengths.labels(), lengths.splits().get(i).percentages());
            }
            return chart;
        });
    }

    /** Bars of tokens by source, the largest ones; empty without two sources to compare. */
    static String sources(List<Ranked> sources) throws IOException {
        List<Ranked> shown = Ranked.largest(sources, Ranked::tokens, SOURCES);
        double most = shown.stream().mapToDouble(Ranked::tokens).max().orElse(0);
        if (shown.size() < 2 || most == 0) {
            return "";
        }
        LineChart.AxisUnit unit = LineChart.AxisUnit.ofTokens(most);
        List<Double> tokens =
                shown.stream().map(source -> source.tokens() / unit.size()).toList();
        return PagePicture.html("Tokens by source", "", theme -> {
            CategoryChart chart = theme.chart("", unit.title());
            chart.getStyler().setXAxisTitleVisible(false);
            List<String> labels = labels(shown, theme);
            bars(chart, labels, theme);
            PagePicture.add(chart, 0, labels, tokens);
            return chart;
        });
    }

    /** Lines of the positions in use by sequence length, one per strategy; empty without any. */
    static String packing(PackingUse packing) throws IOException {
        if (packing.lengths().isEmpty()) {
            return "";
        }
        List<String> lengths = packing.lengths().stream().map(Figures::length).toList();
        List<String> names = List.copyOf(packing.shares().keySet());
        String title = "Share of positions that hold a token to learn from, by strategy and sequence length";
        return PagePicture.html(title, PagePicture.lineLegend(names), theme -> {
            CategoryChart chart = theme.chart("sequence length in tokens", "% of positions in use");
            PagePicture.lines(chart);
            chart.getStyler().setYAxisMin(packing.floor()).setYAxisMax(100.0);
            for (int i = 0; i < names.size(); i++) {
                PagePicture.line(chart, i, lengths, packing.percentages(names.get(i)));
            }
            return chart;
        });
    }

    private static void bars(CategoryChart chart, List<String> labels, PagePicture.Theme theme) {
        CategoryStyler styler = chart.getStyler();
        styler.setAvailableSpaceFill(Math.min(0.8, 0.15 * labels.size())); // so that a few bars are not too wide
        int longest = labels.stream().mapToInt(String::length).max().orElse(0);
        if (labels.size() * (longest + 2) > theme.lineLength()) {
            styler.setXAxisLabelRotation(90);
            styler.setXAxisLabelAlignmentVertical(TextAlignment.Right); // at the axis
        }
    }

    private static List<String> labels(List<Ranked> sources, PagePicture.Theme theme) {
        List<String> labels = new ArrayList<>();
        for (Ranked source : sources) {
            String label = Figures.shortened(source.name(), theme.isNarrow() ? 14 : 16);
            labels.add(labels.contains(label) ? label + " (" + (labels.size() + 1) + ")" : label);
        }
        return labels;
    }

    /**
     * Counts of documents by length: class k has those of 2^k to 2^(k+1)-1 tokens, labelled by the least length. Empty
     * classes at both ends are left out; no labels if there are no documents.
     */
    record LengthClasses(List<String> labels, List<SplitLengths> splits) {
        private static final int CLASSES = 63; // lengths are below 2^63

        record SplitLengths(String name, List<Long> documents) {
            /** Of each class; zeros if there are no documents. */
            List<Double> percentages() {
                long all = documents.stream().mapToLong(Long::longValue).sum();
                return documents.stream().map(n -> 100.0 * n / Math.max(1, all)).toList();
            }
        }

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
            List<SplitLengths> splits = new ArrayList<>();
            for (Map.Entry<String, JsonNode> split : lengths.properties()) {
                List<Long> documents = new ArrayList<>();
                for (int k = from; k < to; k++) {
                    documents.add(split.getValue().path(k).asLong());
                }
                splits.add(new SplitLengths(split.getKey(), documents));
            }
            return new LengthClasses(labels, splits);
        }

        Table table() {
            List<String> columns = new ArrayList<>(List.of("Tokens, from"));
            splits.forEach(split -> columns.add(split.name()));
            Table table = Table.of(columns);
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

    /**
     * The share of positions that hold a token to learn from, 0 to 1, by packing strategy and sequence length in
     * tokens, ascending; a strategy may lack a length.
     */
    record PackingUse(List<Long> lengths, Map<String, Map<Long, Double>> shares) {
        /** Parses an object of strategies; fields that are not objects, like the number of documents, are skipped. */
        static PackingUse of(JsonNode packing) {
            Map<String, Map<Long, Double>> shares = new LinkedHashMap<>();
            var lengths = new TreeSet<Long>();
            for (Map.Entry<String, JsonNode> strategy : packing.properties()) {
                Map<Long, Double> uses = uses(strategy.getValue());
                if (!uses.isEmpty()) {
                    shares.put(strategy.getKey(), uses);
                    lengths.addAll(uses.keySet());
                }
            }
            return new PackingUse(List.copyOf(lengths), shares);
        }

        private static Map<Long, Double> uses(JsonNode strategy) {
            Map<Long, Double> uses = new HashMap<>();
            for (Map.Entry<String, JsonNode> use : strategy.properties()) {
                if (use.getKey().matches("[0-9]{1,18}") && use.getValue().isNumber()) {
                    uses.put(Long.parseLong(use.getKey()), use.getValue().asDouble());
                }
            }
            return uses;
        }

        /** Of a strategy at each of the lengths; null where missing. */
        List<@Nullable Double> percentages(String strategy) {
            List<@Nullable Double> percentages = new ArrayList<>();
            for (long length : lengths) {
                Double share = shares.getOrDefault(strategy, Map.of()).get(length);
                percentages.add(share == null ? null : Double.valueOf(100 * share));
            }
            return percentages;
        }

        /** Where the axis starts, in percent: the multiple of ten below every share. */
        double floor() {
            double least = shares.values().stream()
                    .flatMap(uses -> uses.values().stream())
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElse(0);
            return Math.max(0, Math.min(90, 10 * Math.floor(10 * least)));
        }

        Table table() {
            List<String> columns = new ArrayList<>(List.of("Strategy"));
            lengths.forEach(length -> columns.add(Figures.length(length)));
            Table table = Table.of(columns);
            for (String strategy : shares.keySet()) {
                table.row(
                        strategy,
                        percentages(strategy).stream()
                                .map(use -> use == null ? Figures.NONE : String.format(Locale.ROOT, "%.2f %%", use))
                                .toList());
            }
            return table;
        }
    }
}
