package io.github.hyenaspark.jobs.report;

import io.github.hyenaspark.jobs.report.LengthClasses.Split;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The plots of a dataset's page. */
final class DatasetCharts {
    private static final int SOURCES = 12;
    private static final List<Marker> MARKERS =
            List.of(SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP);
    private static final String MARKERS_AS_TEXT = "●■◆▲";

    private DatasetCharts() {}

    /** Bars of documents against length, per split, each in percent of its split; empty without documents. */
    static String lengths(LengthClasses lengths) throws IOException {
        if (lengths.labels().isEmpty()) {
            return "";
        }
        List<String> names = lengths.splits().stream().map(Split::name).toList();
        String title = "Share of the documents of each split by their length in tokens";
        return PagePicture.html(title, PagePicture.legend(names, "■"), look -> {
            CategoryChart chart = look.chart("tokens, from this up to twice as many", "% of documents");
            bars(chart, lengths.labels(), look);
            for (int i = 0; i < names.size(); i++) {
                add(chart, i, lengths.labels(), lengths.splits().get(i).percentages());
            }
            return chart;
        });
    }

    /** Bars of tokens, the largest sources by themselves; empty without two sources to compare. */
    static String sources(List<Ranked> sources) throws IOException {
        List<Ranked> shown = Ranked.largest(sources, Ranked::tokens, SOURCES);
        double most = shown.stream().mapToDouble(Ranked::tokens).max().orElse(0);
        if (shown.size() < 2 || most == 0) {
            return "";
        }
        TokenUnit unit = TokenUnit.of(most);
        List<Double> tokens =
                shown.stream().map(source -> source.tokens() / unit.tokens()).toList();
        return PagePicture.html("Tokens by source", "", look -> {
            CategoryChart chart = look.chart("", unit.title());
            chart.getStyler().setXAxisTitleVisible(false);
            List<String> labels = labels(shown, look);
            bars(chart, labels, look);
            add(chart, 0, labels, tokens);
            return chart;
        });
    }

    /** Lines of the positions in use against the sequence length, per strategy; empty without any. */
    static String packing(PackingUse packing) throws IOException {
        if (packing.lengths().isEmpty()) {
            return "";
        }
        List<String> lengths = packing.lengths().stream().map(Figures::length).toList();
        List<String> names = packing.strategies();
        String title = "Share of positions that hold a token to learn from, by strategy and sequence length";
        return PagePicture.html(title, lineLegend(names), look -> {
            CategoryChart chart = look.chart("sequence length in tokens", "% of positions in use");
            lines(chart);
            chart.getStyler().setYAxisMin(packing.floor()).setYAxisMax(100.0);
            for (int i = 0; i < names.size(); i++) {
                line(chart, i, lengths, packing.percentages(names.get(i)));
            }
            return chart;
        });
    }

    /** Series of this chart are lines. */
    static void lines(CategoryChart chart) {
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        chart.getStyler().setOverlapped(true); // else each line would stand beside its labels
    }

    /** A line with a marker at each value; null where there is none. */
    static void line(CategoryChart chart, int number, List<String> labels, List<? extends @Nullable Number> values) {
        CategorySeries series = add(chart, number, labels, values);
        series.setLineStyle(new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        series.setMarker(MARKERS.get(number % MARKERS.size()));
    }

    /** What the lines are, in their order. */
    static String lineLegend(List<String> names) {
        return PagePicture.legend(names, MARKERS_AS_TEXT);
    }

    private static void bars(CategoryChart chart, List<String> labels, ChartLook look) {
        CategoryStyler styler = chart.getStyler();
        styler.setAvailableSpaceFill(Math.min(0.8, 0.15 * labels.size())); // a few bars are no walls
        int longest = labels.stream().mapToInt(String::length).max().orElse(0);
        if (labels.size() * (longest + 2) > look.lineLength()) {
            styler.setXAxisLabelRotation(90);
            styler.setXAxisLabelAlignmentVertical(TextAlignment.Right); // at the axis
        }
    }

    /** Series are named by their number: the page has the legend. */
    private static CategorySeries add(
            CategoryChart chart, int number, List<String> labels, List<? extends @Nullable Number> values) {
        CategorySeries series = chart.addSeries(Integer.toString(number), labels, values);
        Color colour = ChartLook.series(number);
        series.setFillColor(colour);
        series.setLineColor(colour);
        series.setMarkerColor(colour);
        series.setMarker(SeriesMarkers.NONE);
        return series;
    }

    /** Names short enough for an axis, all different. */
    private static List<String> labels(List<Ranked> sources, ChartLook look) {
        List<String> labels = new ArrayList<>();
        for (Ranked source : sources) {
            String label = Figures.shortened(source.name(), look.isNarrow() ? 14 : 16);
            labels.add(labels.contains(label) ? label + " (" + (labels.size() + 1) + ")" : label);
        }
        return labels;
    }
}
