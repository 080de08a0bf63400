package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.chart.LineChart;
import io.github.hyenaspark.jobs.report.chart.LineChart.Axes;
import io.github.hyenaspark.jobs.report.chart.LineChart.Curve;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Figure;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The report of a fitting as one HTML page: learning curves, and how good its predictions are. */
public final class FitPage {
    private static final int BINS = 10;
    private static final int MOST_CURVES = 8;
    private static final int MOST_ROWS = 40; // of a table of classes

    private final JsonNode result;
    private final Predictions predictions;

    private FitPage(JsonNode result, Predictions predictions) {
        this.result = result;
        this.predictions = predictions;
    }

    /**
     * What the page draws.
     *
     * @param names classes, tags or values
     * @param predicted by document: the probabilities of classes or tags, or the values
     * @param targets by document: the number of its class, its tags (0 or 1), or its values
     * @param likeliest by document: the number of the class that is predicted; empty without classes
     * @param curves losses on held-out documents by documents seen, of each model
     */
    public record Predictions(
            List<String> names, double[][] predicted, double[][] targets, int[] likeliest, List<Curve> curves) {}

    /** The page in UTF-8 for the result of {@code fit}. */
    public static byte[] html(JsonNode result, Predictions predictions) throws IOException {
        return new FitPage(result, predictions).page();
    }

    private byte[] page() throws IOException {
        boolean classes = result.path("task").asText().equals("classification");
        boolean values = result.path("task").asText().equals("regression");
        HtmlPage page = new HtmlPage("Fit in " + result.path("run").asText())
                .figures(figures())
                .section(
                        "Learning curves" + someOf(predictions.curves().size(), "models"),
                        new LineChart("Loss on held-out documents", "documents seen", "loss", Axes.LINEAR)
                                .html(some(predictions.curves()), List.of()));
        if (values) {
            return page.section("Predicted and found", byValue()).bytes();
        }
        return page.section("Predicted and found", classes ? confusion() : "")
                .section(
                        "Receiver operating characteristic"
                                + someOf(predictions.names().size(), "classes"),
                        rates(classes))
                .section("Calibration", calibration(classes))
                .bytes();
    }

    /** What a title says of plots with too many curves. */
    private static String someOf(int number, String what) {
        return number > MOST_CURVES ? " of the first " + MOST_CURVES + " of " + number + " " + what : "";
    }

    private static List<Curve> some(List<Curve> curves) {
        return curves.subList(0, Math.min(curves.size(), MOST_CURVES));
    }

    private List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        result.properties().forEach(metric -> {
            if (metric.getValue().has("mean")) {
                String spread = metric.getValue().path("sd").asDouble() > 0
                        ? "± "
                                + Figures.fourDecimals(
                                        metric.getValue().path("sd").asDouble()) + " over folds"
                        : "";
                figures.add(new Figure(
                        metric.getKey(),
                        Figures.fourDecimals(metric.getValue().path("mean").asDouble(Double.NaN)),
                        spread));
            }
        });
        figures.add(
                new Figure("Documents", Figures.whole(result.path("documents").asLong()), ""));
        figures.add(new Figure("Epochs", Figures.rounded(result.path("epochs").asDouble()), "mean over models"));
        return figures;
    }

    /** All classes in a square, or of many the mistakes that are most frequent. */
    private String confusion() {
        List<String> names = predictions.names();
        if (names.size() > MOST_ROWS) {
            return mistakes();
        }
        List<String> columns = new ArrayList<>(List.of("Label, and predicted:"));
        columns.addAll(names);
        Table table = Table.of(columns);
        long[][] counts = new long[names.size()][names.size()];
        for (int i = 0; i < predictions.likeliest().length; i++) {
            counts[label(i)][predictions.likeliest()[i]]++;
        }
        for (int c = 0; c < names.size(); c++) {
            table.row(
                    names.get(c),
                    Arrays.stream(counts[c]).mapToObj(Figures::whole).toList());
        }
        return table.html();
    }

    private int label(int document) {
        return (int) predictions.targets()[document][0];
    }

    /** Of a class for another. */
    private record Mistake(int label, int predicted) {}

    private String mistakes() {
        Map<Mistake, Long> counts = new HashMap<>();
        for (int i = 0; i < predictions.likeliest().length; i++) {
            if (label(i) != predictions.likeliest()[i]) {
                counts.merge(new Mistake(label(i), predictions.likeliest()[i]), 1L, Long::sum);
            }
        }
        Table table = Table.of(List.of("Most frequent mistakes", "Predicted", "Documents"));
        counts.entrySet().stream()
                .sorted(Map.Entry.<Mistake, Long>comparingByValue()
                        .reversed()
                        .thenComparing(each -> each.getKey().label())
                        .thenComparing(each -> each.getKey().predicted()))
                .limit(MOST_ROWS)
                .forEach(each -> table.row(
                        predictions.names().get(each.getKey().label()),
                        predictions.names().get(each.getKey().predicted()),
                        Figures.whole(each.getValue())));
        return table.html();
    }

    /** One against all others, for each class, or the second of two. */
    private String rates(boolean classes) throws IOException {
        List<Curve> curves = new ArrayList<>();
        int first = classes && predictions.names().size() == 2 ? 1 : 0;
        for (int c = first; c < predictions.names().size() && curves.size() < MOST_CURVES; c++) {
            curves.add(new Curve(predictions.names().get(c), rates(c, classes)));
        }
        return new LineChart("True and false positives", "false positive rate", "true positive rate", Axes.LINEAR)
                .html(curves, List.of());
    }

    private List<double[]> rates(int c, boolean classes) {
        List<Integer> order = IntStream.range(0, predictions.predicted().length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -predictions.predicted()[i][c]))
                .toList();
        double all = order.stream().filter(i -> isOf(i, c, classes)).count();
        double others = order.size() - all;
        List<double[]> points = new ArrayList<>(List.of(new double[] {0, 0}));
        double right = 0;
        double wrong = 0;
        for (int place = 0; place < order.size(); place++) {
            int i = order.get(place);
            right += isOf(i, c, classes) ? 1 : 0;
            wrong += isOf(i, c, classes) ? 0 : 1;
            boolean last = place + 1 == order.size();
            if (last
                    || predictions.predicted()[order.get(place + 1)][c]
                            != predictions.predicted()[i][c]) {
                points.add(new double[] {wrong / Math.max(1, others), right / Math.max(1, all)});
            }
        }
        return points;
    }

    private boolean isOf(int document, int c, boolean classes) {
        return classes ? predictions.targets()[document][0] == c : predictions.targets()[document][c] == 1;
    }

    /** How often what was predicted with a probability was so. */
    private String calibration(boolean classes) {
        long[] counts = new long[BINS];
        double[] probabilities = new double[BINS];
        long[] right = new long[BINS];
        for (int i = 0; i < predictions.predicted().length; i++) {
            for (int c = 0; c < predictions.names().size(); c++) {
                double p = predictions.predicted()[i][c];
                int bin = Math.min(BINS - 1, (int) (p * BINS));
                counts[bin]++;
                probabilities[bin] += p;
                right[bin] += isOf(i, c, classes) ? 1 : 0;
            }
        }
        Table table = Table.of(List.of("Probability", "Predictions", "Mean probability", "Found"));
        for (int bin = 0; bin < BINS; bin++) {
            table.row(
                    Figures.rounded((double) bin / BINS) + " to " + Figures.rounded((bin + 1.0) / BINS),
                    Figures.whole(counts[bin]),
                    Figures.rounded(probabilities[bin] / counts[bin]),
                    Figures.rounded((double) right[bin] / counts[bin]));
        }
        return table.html();
    }

    /** The means of both by tenths of the documents, for each value in the order of what was predicted of it. */
    private String byValue() {
        List<String> columns = new ArrayList<>(List.of("Documents, by each prediction"));
        predictions.names().forEach(name -> columns.addAll(List.of(name + " predicted", "found")));
        Table table = Table.of(columns);
        List<List<Integer>> orders = new ArrayList<>();
        for (int t = 0; t < predictions.names().size(); t++) {
            int at = t;
            orders.add(IntStream.range(0, predictions.predicted().length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> predictions.predicted()[i][at]))
                    .toList());
        }
        for (int bin = 0; bin < BINS; bin++) {
            List<String> cells = new ArrayList<>();
            for (int t = 0; t < predictions.names().size(); t++) {
                int at = t;
                List<Integer> order = orders.get(t);
                List<Integer> some = order.subList(order.size() * bin / BINS, order.size() * (bin + 1) / BINS);
                cells.add(mean(some, i -> predictions.predicted()[i][at]));
                cells.add(mean(some, i -> predictions.targets()[i][at]));
            }
            table.row((bin + 1) + ". tenth", cells);
        }
        return table.html();
    }

    private static String mean(List<Integer> documents, ToDoubleFunction<Integer> value) {
        return Figures.fourDecimals(
                documents.stream().mapToDouble(value).average().orElse(Double.NaN));
    }
}
