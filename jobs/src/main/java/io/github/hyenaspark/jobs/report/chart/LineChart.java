package io.github.hyenaspark.jobs.report.chart;

import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.journal.LossHistory;
import java.awt.BasicStroke;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;
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
public record LineChart(String title, String xTitle, String yTitle, Axes axes) {
    private static final int POINTS = 1000; // a picture has no room for more
    private static final int MARKED_POINTS = 30;
    private static final BasicStroke DASHED =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {6f, 5f}, 0f);

    /** How numbers become places. */
    public enum Axes {
        /** Both in proportion. */
        LINEAR,
        /** Both by their logarithms, x by powers of 2; all numbers are positive. */
        LOGARITHMIC;

        private double x(double value) {
            return this == LINEAR ? value : Math.log(value) / Math.log(2);
        }

        private double y(double value) {
            return this == LINEAR ? value : Math.log10(value);
        }

        /** Places are logarithms, labels are not; between powers of 2 there are none. */
        private void label(XYChart chart) {
            if (this == LOGARITHMIC) {
                chart.setCustomXAxisTickLabelsFormatter(
                        place -> place == Math.rint(place) ? Figures.whole(Math.round(Math.pow(2, place))) : "");
                chart.setCustomYAxisTickLabelsFormatter(place -> Figures.rounded(new BigDecimal(Math.pow(10, place))
                        .round(new MathContext(2))
                        .doubleValue()));
            }
        }
    }

    /**
     * One curve.
     *
     * @param name in the legend
     * @param points pairs of x and y, sorted by x
     */
    public record Curve(String name, List<double[]> points) {}

    /**
     * A dashed line upright through the plot.
     *
     * @param number of the curve whose colour it has
     * @param x where it stands
     * @param text what it says, in the legend
     */
    public record Mark(int number, double x, String text) {}

    /** The plot; empty if no curve has two points. Curves that have fewer are left out. */
    public String html(List<Curve> curves, List<Mark> marks) throws IOException {
        List<Integer> shown = IntStream.range(0, curves.size())
                .filter(number -> curves.get(number).points().size() >= 2)
                .boxed()
                .toList();
        if (shown.isEmpty()) {
            return "";
        }
        DoubleSummaryStatistics range = shown.stream()
                .flatMap(number -> curves.get(number).points().stream())
                .mapToDouble(point -> axes.y(point[1]))
                .summaryStatistics();
        return PagePicture.html(title, legend(curves, shown, marks), look -> {
            XYChart chart = look.lines(xTitle, yTitle);
            axes.label(chart);
            for (int number : shown) {
                add(chart, number, thinned(curves.get(number).points(), POINTS));
            }
            marks.forEach(mark -> add(chart, mark, range));
            return chart;
        });
    }

    private static String legend(List<Curve> curves, List<Integer> shown, List<Mark> marks) {
        if (shown.size() == 1 && marks.isEmpty()) {
            return "";
        }
        List<PagePicture.Key> keys = new ArrayList<>();
        shown.forEach(number ->
                keys.add(new PagePicture.Key(number, '■', curves.get(number).name())));
        marks.forEach(mark -> keys.add(new PagePicture.Key(mark.number(), '┆', mark.text())));
        return PagePicture.legend(keys);
    }

    private void add(XYChart chart, Mark mark, DoubleSummaryStatistics range) {
        double x = axes.x(mark.x());
        XYSeries line =
                chart.addSeries(mark.text(), new double[] {x, x}, new double[] {range.getMin(), range.getMax()});
        line.setLineColor(ChartTheme.series(mark.number()));
        line.setMarker(SeriesMarkers.NONE);
        line.setLineStyle(DASHED);
    }

    private void add(XYChart chart, int number, List<double[]> points) {
        XYSeries series = chart.addSeries(
                Integer.toString(number),
                points.stream().mapToDouble(point -> axes.x(point[0])).toArray(),
                points.stream().mapToDouble(point -> axes.y(point[1])).toArray());
        series.setLineColor(ChartTheme.series(number));
        series.setMarkerColor(ChartTheme.series(number));
        series.setMarker(points.size() <= MARKED_POINTS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setLineStyle(new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }

    /** At most so many of the points, evenly spread, the last among them. */
    public static <T> List<T> thinned(List<T> points, int most) {
        int step = Math.max(1, (points.size() + most - 1) / most);
        List<T> some = new ArrayList<>();
        for (int i = Math.max(0, points.size() - 1) % step; i < points.size(); i += step) {
            some.add(points.get(i));
        }
        return some;
    }

    /**
     * The unit of an axis, so that its labels stay short.
     *
     * @param title what the axis is called
     * @param size what one unit has: tokens or seconds
     */
    public record AxisUnit(String title, double size) {
        private static final double MINUTE = 60;
        private static final double HOUR = 3600;

        /** The largest unit of which this many tokens are at least one. */
        public static AxisUnit ofTokens(double tokens) {
            if (tokens >= 1e9) {
                return new AxisUnit("billion tokens", 1e9);
            }
            if (tokens >= 1e6) {
                return new AxisUnit("million tokens", 1e6);
            }
            return tokens >= 1e3 ? new AxisUnit("thousand tokens", 1e3) : new AxisUnit("tokens", 1);
        }

        /** The largest unit of which these seconds of rounds are at least two. */
        public static AxisUnit ofSeconds(double seconds) {
            if (seconds >= 2 * HOUR) {
                return new AxisUnit("hours in rounds", HOUR);
            }
            return seconds >= 2 * MINUTE
                    ? new AxisUnit("minutes in rounds", MINUTE)
                    : new AxisUnit("seconds in rounds", 1);
        }

        List<LossHistory.LossPoint> scaled(List<LossHistory.LossPoint> points) {
            return points.stream()
                    .map(p -> new LossHistory.LossPoint(p.tokens() / size, p.loss()))
                    .toList();
        }
    }
}
