package io.github.hyenaspark.jobs.report.chart;

import io.github.hyenaspark.jobs.report.html.HtmlPage;
import java.awt.Color;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A plot as HTML with embedded pictures, one for each {@link ChartTheme}. */
public final class PagePicture {
    private static final List<Marker> MARKERS =
            List.of(SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP);
    private static final String MARKERS_AS_TEXT = "●■◆▲";

    private PagePicture() {}

    /** A chart of one theme; several are drawn at once. */
    @FunctionalInterface
    public interface Drawing {
        Chart<?, ?> in(ChartTheme theme);
    }

    /** The plot with its caption and a legend, which is HTML and may be empty. */
    public static String html(String title, String legend, Drawing drawing) {
        String pictures = Arrays.stream(ChartTheme.values())
                .parallel()
                .map(theme -> picture(title, theme, theme.png(drawing.in(theme))))
                .collect(Collectors.joining());
        return "<figure><figcaption>" + title + "</figcaption>\n" + legend + "<picture>\n" + pictures
                + "</picture></figure>\n";
    }

    private static String picture(String title, ChartTheme theme, byte[] png) {
        String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
        return theme == ChartTheme.WIDE_LIGHT
                ? "<img alt=\"" + title + "\" " + theme.size() + " src=\"" + data + "\">\n"
                : "<source media=\"" + theme.media() + "\" " + theme.size() + " srcset=\"" + data + "\">\n";
    }

    /** A legend of the series in their order; {@code symbols} repeat if there are more series. */
    public static String legend(List<String> names, String symbols) {
        return legend(IntStream.range(0, names.size())
                .mapToObj(i -> new Key(i, symbols.charAt(i % symbols.length()), names.get(i)))
                .toList());
    }

    /** An entry of a legend, in the colour of series {@code number}. */
    record Key(int number, char symbol, String text) {}

    static String legend(List<Key> keys) {
        var html = new StringBuilder("<ul class=\"legend\">");
        for (Key key : keys) {
            String colour = String.format(
                    Locale.ROOT, "#%06x", ChartTheme.series(key.number()).getRGB() & 0xFFFFFF);
            html.append("<li><span style=\"color:" + colour + "\" aria-hidden=\"true\">")
                    .append(key.symbol())
                    .append("</span> " + HtmlPage.Table.escaped(key.text()) + "</li>");
        }
        return html.append("</ul>\n").toString();
    }

    public static void lines(CategoryChart chart) {
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        chart.getStyler().setOverlapped(true); // else lines are shifted against the labels
    }

    /** Adds a line with a marker at each value; null is a gap. */
    public static void line(
            CategoryChart chart, int number, List<String> labels, List<? extends @Nullable Number> values) {
        CategorySeries series = add(chart, number, labels, values);
        series.setLineStyle(ChartTheme.LINE);
        series.setMarker(MARKERS.get(number % MARKERS.size()));
    }

    public static String lineLegend(List<String> names) {
        return legend(names, MARKERS_AS_TEXT);
    }

    /** Adds bars. Series are named by their number, because the legend is in the page. */
    public static CategorySeries add(
            CategoryChart chart, int number, List<String> labels, List<? extends @Nullable Number> values) {
        CategorySeries series = chart.addSeries(Integer.toString(number), labels, values);
        Color colour = ChartTheme.series(number);
        series.setFillColor(colour);
        series.setLineColor(colour);
        series.setMarkerColor(colour);
        series.setMarker(SeriesMarkers.NONE);
        return series;
    }
}
