package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.report.chart.LineChart;
import io.github.hyenaspark.jobs.report.chart.LineChart.Axes;
import io.github.hyenaspark.jobs.report.chart.LineChart.Curve;
import io.github.hyenaspark.jobs.report.chart.PagePicture;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Figure;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Table;
import io.github.hyenaspark.jobs.report.page.RunFigures.Round;
import io.github.hyenaspark.jobs.report.page.RunFigures.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;

/** The report of a training as one HTML page. Has no script, loads nothing, and needs no display to be made. */
public final class RunPage {
    private static final double LN_2 = StrictMath.log(2);
    private static final int SAMPLES = 12;
    private static final double MARGIN = 0.1; // nats above and below a curve
    private static final String LOSS = "loss, nats per token";

    private final RunFigures figures;

    private RunPage(RunFigures figures) {
        this.figures = figures;
    }

    /** What the page shows besides the journal; held-out targets per byte of text are NaN without such text. */
    public record Facts(
            String name,
            long parameters,
            double targetsPerByte,
            Map<String, String> data,
            Map<String, String> machine,
            JsonNode settings) {}

    public static byte[] html(Facts facts, RunFigures figures) throws IOException {
        return new RunPage(figures).html(facts);
    }

    private byte[] html(Facts facts) throws IOException {
        Table settings = Table.facts();
        Json.flat(facts.settings())
                .forEach((key, value) -> settings.row(key, value.isTextual() ? value.asText() : value.toString()));
        return new HtmlPage("Run " + facts.name())
                .figures(headLine(facts))
                .section("Loss", lossByTokens() + lossByTime() + lossByPosition())
                .section("Samples of text", samples())
                .section("Steps", steps())
                .section("Rounds", roundTimes() + phases().html())
                .section("Traffic of the last round", traffic().html())
                .section("Data", table(facts.data()).html())
                .section("Machine", table(facts.machine()).html())
                .section("Settings", "<details><summary>All settings</summary>\n" + settings.html() + "</details>\n")
                .bytes();
    }

    private List<Figure> headLine(Facts facts) {
        double heldOut = figures.last(Round::heldOut);
        double perByte = heldOut * facts.targetsPerByte() / LN_2;
        long tokens = (long) figures.last(Round::tokens);
        return List.of(
                new Figure("Rounds", Figures.whole(figures.last().path("round").asLong()), ""),
                new Figure("Tokens", Figures.whole(tokens), Figures.inWords(tokens)),
                new Figure("Training loss", Figures.fourDecimals(figures.last(Round::loss)), "nats per token"),
                new Figure("Held-out loss", Figures.fourDecimals(heldOut), "nats per token"),
                new Figure("Bits per byte", Figures.fourDecimals(perByte), "of the held-out text"),
                new Figure("Perplexity", Figures.rounded(StrictMath.exp(heldOut)), "per held-out token"),
                new Figure("Parameters", Figures.whole(facts.parameters()), Figures.inWords(facts.parameters())),
                new Figure(
                        "Tokens per second",
                        Figures.rounded(tokens / figures.trainingSeconds()),
                        "of training; " + Figures.rounded(tokens / figures.seconds())
                                + " with validation and checkpoints"));
    }

    private String samples() {
        List<Sample> shown = LineChart.thinned(figures.samples(), SAMPLES);
        var html = new StringBuilder();
        for (int at = shown.size() - 1; at >= 0; at--) {
            Sample sample = shown.get(at);
            html.append(html.isEmpty() ? "<details open>" : "<details>")
                    .append("<summary>After round " + Figures.whole(sample.round()) + "</summary>\n<pre><b>")
                    .append(Table.escaped(sample.prompt()) + "</b>" + Table.escaped(sample.text()))
                    .append("</pre></details>\n");
        }
        return html.toString();
    }

    private Table phases() {
        Table table = Table.of(List.of("Phase", "Milliseconds a round", "Share"));
        int rounds = Math.max(1, figures.rounds().size());
        Map<String, Double> phases = figures.phaseMillis();
        long all = Math.round(phases.values().stream().mapToDouble(ms -> ms).sum());
        phases.forEach((phase, millis) ->
                table.row(phase, Figures.rounded(millis / rounds), Figures.percent(Math.round(millis), all)));
        return table;
    }

    private Table traffic() {
        Table table = Table.facts();
        JsonNode last = figures.last();
        for (String key : List.of("bytes_down", "bytes_up", "moment_bytes_down", "moment_bytes_up")) {
            if (last.has(key)) {
                String what = key.startsWith("moment") ? "Moments" : "Parameters";
                String name = what + (key.endsWith("down") ? ", down" : ", up");
                table.row(name, Figures.whole(last.path(key).asLong()) + " bytes");
            }
        }
        return table;
    }

    private static Table table(Map<String, String> facts) {
        Table table = Table.facts();
        facts.forEach(table::row);
        return table;
    }

    /** A curve of y against x; rounds without a finite y are left out. */
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

    private String lossByTokens() throws IOException {
        LineChart.AxisUnit unit = LineChart.AxisUnit.ofTokens(figures.last(Round::tokens));
        ToDoubleFunction<Round> tokens = round -> round.tokens() / unit.size();
        return curves("Loss against tokens", unit.title(), LOSS, losses(tokens));
    }

    private String lossByTime() throws IOException {
        LineChart.AxisUnit unit = LineChart.AxisUnit.ofSeconds(figures.seconds());
        return curves("Loss against time", unit.title(), LOSS, losses(round -> round.ended() / unit.size()));
    }

    private List<Curve> losses(ToDoubleFunction<Round> x) {
        return List.of(curve("training", x, Round::loss), curve("held out", x, Round::heldOut));
    }

    private String steps() throws IOException {
        String cosine = "Cosine between the workers' deltas: how far they agree on the direction";
        return curves("Learning rate", "round", "rate", List.of(curve("rate", Round::round, Round::lr)))
                + curves(cosine, "round", "cosine", List.of(curve("cosine", Round::round, Round::cosine)));
    }

    private String roundTimes() throws IOException {
        return curves(
                "Seconds of a round",
                "round",
                "seconds",
                List.of(
                        curve("whole round", Round::round, Round::took),
                        curve("local steps of the slowest worker", Round::round, Round::computed)));
    }

    /** The latest held-out loss by position in the context; empty if it was never measured. */
    private String lossByPosition() throws IOException {
        List<String> labels = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        for (Map.Entry<String, JsonNode> position : figures.positions().properties()) {
            labels.add(Figures.length(Long.parseLong(position.getKey())));
            losses.add(position.getValue().asDouble());
        }
        if (labels.size() < 2) {
            return "";
        }
        return PagePicture.html("Held-out loss by position in the context: does a longer one help?", "", theme -> {
            CategoryChart chart = theme.chart("position in tokens, from this one", LOSS);
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
