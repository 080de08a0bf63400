package io.github.hyenaspark.jobs.report.page;

import io.github.hyenaspark.jobs.report.chart.AxisUnit;
import io.github.hyenaspark.jobs.report.chart.ChartLook;
import io.github.hyenaspark.jobs.report.chart.PagePicture;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.page.LengthClasses.Split;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;

/** The plots of a dataset's page. */
final class DatasetCharts {
    private static final int SOURCES = 12;

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
                PagePicture.add(
                        chart, i, lengths.labels(), lengths.splits().get(i).percentages());
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
        AxisUnit unit = AxisUnit.ofTokens(most);
        List<Double> tokens =
                shown.stream().map(source -> source.tokens() / unit.size()).toList();
        return PagePicture.html("Tokens by source", "", look -> {
            CategoryChart chart = look.chart("", unit.title());
            chart.getStyler().setXAxisTitleVisible(false);
            List<String> labels = labels(shown, look);
            bars(chart, labels, look);
            PagePicture.add(chart, 0, labels, tokens);
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
        return PagePicture.html(title, PagePicture.lineLegend(names), look -> {
            CategoryChart chart = look.chart("sequence length in tokens", "% of positions in use");
            PagePicture.lines(chart);
            chart.getStyler().setYAxisMin(packing.floor()).setYAxisMax(100.0);
            for (int i = 0; i < names.size(); i++) {
                PagePicture.line(chart, i, lengths, packing.percentages(names.get(i)));
            }
            return chart;
        });
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
