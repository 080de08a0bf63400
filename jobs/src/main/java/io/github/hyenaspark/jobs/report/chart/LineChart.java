package io.github.hyenaspark.jobs.report.chart;

import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory.LossPoint;
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

/** A plot of numbers against numbers on a page. */
public record LineChart(String title, String xTitle, String yTitle, Axes axes) {
    private static final int POINTS = 1000; // more would not be visible
    private static final int MARKED_POINTS = 30; // more would merge into a thick line
    private static final BasicStroke DASHED =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {6f, 5f}, 0f);

    public enum Axes {
        LINEAR,
        /** Both logarithmic, x in powers of 2; all numbers are positive. */
        LOGARITHMIC;

        private double x(double value) {
            return this == LINEAR ? value : StrictMath.log(value) / StrictMath.log(2);
        }

        private double y(double value) {
            return this == LINEAR ? value : StrictMath.log10(value);
        }

        /** Positions are logarithms, labels are the numbers; x has labels only at powers of 2. */
        private void label(XYChart chart) {
            if (this == LOGARITHMIC) {
                chart.setCustomXAxisTickLabelsFormatter(
                        at -> at == Math.rint(at) ? Figures.whole(Math.round(StrictMath.pow(2, at))) : "");
                chart.setCustomYAxisTickLabelsFormatter(at -> Figures.rounded(new BigDecimal(StrictMath.pow(10, at))
                        .round(new MathContext(2))
                        .doubleValue()));
            }
        }
    }

    /** A curve and its name in the legend; {@code points} are pairs of x and y, sorted by x. */
    public record Curve(String name, List<double[]> points) {}

    /** A dashed vertical line at {@code x}, with the colour of curve {@code number} and a text in the legend. */
    public record Mark(int number, double x, String text) {}

    /** The plot without curves of fewer than two points; empty if none is left. */
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
        return PagePicture.html(title, legend(curves, shown, marks), theme -> {
            XYChart chart = theme.lines(xTitle, yTitle);
            axes.label(chart);
            for (int number : shown) {
                List<double[]> points = thinned(curves.get(number).points(), POINTS);
                add(
                        chart,
                        Integer.toString(number),
                        number,
                        points.stream().mapToDouble(point -> axes.x(point[0])).toArray(),
                        points.stream().mapToDouble(point -> axes.y(point[1])).toArray());
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
        line.setLineColor(PagePicture.Theme.series(mark.number()));
        line.setMarker(SeriesMarkers.NONE);
        line.setLineStyle(DASHED);
    }

    /** Adds a line in the colour of series {@code number}. */
    static void add(XYChart chart, String name, int number, double[] x, double[] y) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setLineColor(PagePicture.Theme.series(number));
        series.setMarkerColor(PagePicture.Theme.series(number));
        series.setMarker(x.length <= MARKED_POINTS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setLineStyle(PagePicture.Theme.LINE);
    }

    /** At most this many of the points, evenly spaced, including the last. */
    public static <T> List<T> thinned(List<T> points, int most) {
        int step = Math.max(1, (points.size() + most - 1) / most);
        List<T> some = new ArrayList<>();
        for (int i = Math.max(0, points.size() - 1) % step; i < points.size(); i += step) {
            some.add(points.get(i));
        }
        return some;
    }

    /** The unit of an axis, so that its labels stay short; {@code size} is in tokens or seconds. */
    public record AxisUnit(String title, double size) {
        private static final double MINUTE = 60;
        private static final double HOUR = 3600;

        /** The largest unit not above this many tokens. */
        public static AxisUnit ofTokens(double tokens) {
            if (tokens >= 1e9) {
                return new AxisUnit("billion tokens", 1e9);
            }
            if (tokens >= 1e6) {
                return new AxisUnit("million tokens", 1e6);
            }
            return tokens >= 1e3 ? new AxisUnit("thousand tokens", 1e3) : new AxisUnit("tokens", 1);
        }

        /** The largest unit of which this time has at least two. */
        public static AxisUnit ofSeconds(double seconds) {
            if (seconds >= 2 * HOUR) {
                return new AxisUnit("hours in rounds", HOUR);
            }
            return seconds >= 2 * MINUTE
                    ? new AxisUnit("minutes in rounds", MINUTE)
                    : new AxisUnit("seconds in rounds", 1);
        }

        List<LossPoint> scaled(List<LossPoint> points) {
            return points.stream()
                    .map(p -> new LossPoint(p.tokens() / size, p.loss()))
                    .toList();
        }
    }
}
