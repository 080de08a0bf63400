package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.chart.LineChart;
import io.github.hyenaspark.jobs.report.chart.LineChart.Axes;
import io.github.hyenaspark.jobs.report.chart.LineChart.Curve;
import io.github.hyenaspark.jobs.report.chart.PagePicture;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.page.RunFigures.Round;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;

/** The plots of a run's page. */
final class RunCharts {
    private static final double MARGIN = 0.1; // nats above and below a curve
    private static final String LOSS = "loss, nats per token";

    private final RunFigures figures;

    RunCharts(RunFigures figures) {
        this.figures = figures;
    }

    /** A curve: y against x, where y is a number. */
    private Curve curve(String name, ToDoubleFunction<Round> x, ToDoubleFunction<Round> y) {
        List<double[]> points = new ArrayList<>();
        for (Round round : figures.rounds()) {
            double value = y.applyAsDouble(round);
            if (Double.isFinite(value)) {
                points.add(new double[] {x.applyAsDouble(round), value});
            }
        }
        return new Curve(name, points);
    }

    String lossByTokens() throws IOException {
        LineChart.AxisUnit unit = LineChart.AxisUnit.ofTokens(figures.last(Round::tokens));
        ToDoubleFunction<Round> tokens = round -> round.tokens() / unit.size();
        return curves("Loss against tokens", unit.title(), LOSS, losses(tokens));
    }

    String lossByTime() throws IOException {
        LineChart.AxisUnit unit = LineChart.AxisUnit.ofSeconds(figures.seconds());
        return curves("Loss against time", unit.title(), LOSS, losses(round -> round.ended() / unit.size()));
    }

    private List<Curve> losses(ToDoubleFunction<Round> x) {
        return List.of(curve("training", x, Round::loss), curve("held out", x, Round::heldOut));
    }

    String learningRate() throws IOException {
        return curves("Learning rate", "round", "rate", List.of(curve("rate", Round::round, Round::lr)));
    }

    String deltaCosine() throws IOException {
        return curves(
                "Cosine between the workers' deltas: how far they agree on where to go",
                "round",
                "cosine",
                List.of(curve("cosine", Round::round, Round::cosine)));
    }

    String roundTimes() throws IOException {
        return curves(
                "Seconds of a round",
                "round",
                "seconds",
                List.of(
                        curve("whole round", Round::round, Round::took),
                        curve("local steps of the slowest worker", Round::round, Round::computed)));
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

    private static String curves(String title, String xTitle, String yTitle, List<Curve> curves) throws IOException {
        return new LineChart(title, xTitle, yTitle, Axes.LINEAR).html(curves, List.of());
    }
}
