package io.github.hyenaspark.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.RunFigures.Round;
import java.awt.BasicStroke;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The plots of a run's page. */
final class RunCharts {
    private static final int POINTS = 1000; // a picture has no room for more
    private static final int MARKED_POINTS = 30;
    private static final double MARGIN = 0.1; // nats above and below a curve
    private static final double HOUR = 3600;
    private static final double MINUTE = 60;
    private static final String LOSS = "loss, nats per token";

    private final RunFigures figures;

    RunCharts(RunFigures figures) {
        this.figures = figures;
    }

    /** A curve: y against x, where y is a number. */
    private record Curve(String name, ToDoubleFunction<Round> x, ToDoubleFunction<Round> y) {
        private List<double[]> points(List<Round> rounds) {
            List<double[]> points = new ArrayList<>();
            for (Round round : rounds) {
                double value = y.applyAsDouble(round);
                if (Double.isFinite(value)) {
                    points.add(new double[] {x.applyAsDouble(round), value});
                }
            }
            return points;
        }
    }

    String lossByTokens() throws IOException {
        TokenUnit unit = TokenUnit.of(figures.last(Round::tokens));
        ToDoubleFunction<Round> tokens = round -> round.tokens() / unit.tokens();
        return curves("Loss against tokens", unit.title(), LOSS, losses(tokens));
    }

    String lossByTime() throws IOException {
        boolean hours = figures.seconds() >= 2 * HOUR;
        double unit = hours ? HOUR : MINUTE;
        String title = hours ? "hours in rounds" : "minutes in rounds";
        return curves("Loss against time", title, LOSS, losses(round -> round.ended() / unit));
    }

    private static List<Curve> losses(ToDoubleFunction<Round> x) {
        return List.of(new Curve("training", x, Round::loss), new Curve("held out", x, Round::heldOut));
    }

    String learningRate() throws IOException {
        return curves("Learning rate", "round", "rate", List.of(new Curve("rate", Round::round, Round::lr)));
    }

    String deltaCosine() throws IOException {
        return curves(
                "Cosine between the workers' deltas: how far they agree on where to go",
                "round",
                "cosine",
                List.of(new Curve("cosine", Round::round, Round::cosine)));
    }

    String roundTimes() throws IOException {
        return curves(
                "Seconds of a round",
                "round",
                "seconds",
                List.of(
                        new Curve("whole round", Round::round, Round::took),
                        new Curve("local steps of the slowest worker", Round::round, Round::computed)));
    }

    /** The newest held-out loss by position in the context; empty if it was never measured. */
    String lossByPosition() throws IOException {
        List<String> labels = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        for (Map.Entry<String, JsonNode> position : figures.positions().properties()) {
            labels.add(Figures.length(Long.parseLong(position.getKey())));
            losses.add(position.getValue().asDouble());
        }
        if (labels.size() < 2) {
            return "";
        }
        return PagePicture.html("Held-out loss by position in the context: does a longer one help?", "", look -> {
            CategoryChart chart = look.chart("position in tokens, from this one on", LOSS);
            PagePicture.lines(chart);
            chart.getStyler()
                    .setYAxisMin(Collections.min(losses) - MARGIN)
                    .setYAxisMax(Collections.max(losses) + MARGIN);
            PagePicture.line(chart, 0, labels, losses);
            return chart;
        });
    }

    /** Empty if no curve has two points. */
    private String curves(String title, String xTitle, String yTitle, List<Curve> curves) throws IOException {
        List<Curve> shown = curves.stream()
                .filter(curve -> curve.points(figures.rounds()).size() >= 2)
                .toList();
        if (shown.isEmpty()) {
            return "";
        }
        List<String> names = shown.stream().map(Curve::name).toList();
        String legend = names.size() > 1 ? PagePicture.legend(names, "■") : "";
        return PagePicture.html(title, legend, look -> {
            XYChart chart = look.lines(xTitle, yTitle);
            for (int i = 0; i < shown.size(); i++) {
                add(chart, i, thinned(shown.get(i).points(figures.rounds()), POINTS));
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
