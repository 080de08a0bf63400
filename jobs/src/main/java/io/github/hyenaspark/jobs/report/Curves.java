package io.github.hyenaspark.jobs.report;

import java.awt.BasicStroke;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Numbers against numbers as a plot of a page.
 *
 * @param title above it
 * @param xTitle below it
 * @param yTitle beside it
 * @param axes how numbers become places
 */
record Curves(String title, String xTitle, String yTitle, Axes axes) {
    private static final int POINTS = 1000; // a picture has no room for more
    private static final int MARKED_POINTS = 30;

    /** How numbers become places. */
    enum Axes {
        /** Both in proportion. */
        LINEAR,
        /** Both by their logarithms; all numbers are positive. */
        LOGARITHMIC
    }

    /**
     * One curve.
     *
     * @param name in the legend
     * @param points pairs of x and y, sorted by x
     */
    record Curve(String name, List<double[]> points) {}

    /** The plot; empty if no curve has two points. Curves that have fewer are left out. */
    String html(List<Curve> curves) throws IOException {
        List<Curve> shown =
                curves.stream().filter(curve -> curve.points().size() >= 2).toList();
        if (shown.isEmpty()) {
            return "";
        }
        List<String> names = shown.stream().map(Curve::name).toList();
        String legend = names.size() > 1 ? PagePicture.legend(names, "■") : "";
        return PagePicture.html(title, legend, look -> {
            XYChart chart = look.lines(xTitle, yTitle);
            if (axes == Axes.LOGARITHMIC) {
                chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
                chart.getStyler().setDecimalPattern("#,##0");
            }
            for (int i = 0; i < shown.size(); i++) {
                add(chart, i, thinned(shown.get(i).points(), POINTS));
            }
            return chart;
        });
    }

    private static void add(XYChart chart, int number, List<double[]> points) {
        XYSeries series = chart.addSeries(
                Integer.toString(number),
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray());
        series.setLineColor(ChartLook.series(number));
        series.setMarkerColor(ChartLook.series(number));
        series.setMarker(points.size() <= MARKED_POINTS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setLineStyle(new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }

    /** At most so many of the points, evenly spread, the last among them. */
    static <T> List<T> thinned(List<T> points, int most) {
        int step = Math.max(1, (points.size() + most - 1) / most);
        List<T> some = new ArrayList<>();
        for (int i = Math.max(0, points.size() - 1) % step; i < points.size(); i += step) {
            some.add(points.get(i));
        }
        return some;
    }
}
