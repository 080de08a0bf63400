package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.chart.LineChart;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Figure;
import io.github.hyenaspark.jobs.report.page.RunFigures.Round;
import io.github.hyenaspark.jobs.report.page.RunFigures.Sample;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a training went, as one HTML page: figures, curves, where the time of a round goes, data, machine and settings.
 * Needs nothing beside itself to be looked at, neither script nor network, and no display to be made.
 */
public final class RunPage {
    private static final double LN_2 = Math.log(2);
    private static final int SAMPLES = 12;

    private final RunFigures figures;
    private final RunCharts charts;

    private RunPage(RunFigures figures) {
        this.figures = figures;
        this.charts = new RunCharts(figures);
    }

    /**
     * What the page says of a run besides its journal.
     *
     * @param name of the run
     * @param parameters P
     * @param targetsPerByte held-out targets for each byte of the held-out text; NaN without such text
     * @param data facts of the dataset, by name
     * @param machine facts of where it ran, by name
     * @param settings the effective ones
     */
    public record Facts(
            String name,
            long parameters,
            double targetsPerByte,
            Map<String, String> data,
            Map<String, String> machine,
            JsonNode settings) {}

    /** The page in UTF-8. */
    public static byte[] html(Facts facts, RunFigures figures) throws IOException {
        return new RunPage(figures).html(facts);
    }

    private byte[] html(Facts facts) throws IOException {
        HtmlPage.Table settings = HtmlPage.Table.facts();
        flatten("", facts.settings(), settings);
        return new HtmlPage("Run " + facts.name())
                .figures(headLine(facts))
                .section("Loss", charts.lossByTokens() + charts.lossByTime() + charts.lossByPosition())
                .section("Samples of text", samples())
                .section("Steps", charts.learningRate() + charts.deltaCosine())
                .section("Rounds", charts.roundTimes() + phases().html())
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
                figure("Rounds", Figures.whole(figures.last().path("round").asLong()), ""),
                figure("Tokens", Figures.whole(tokens), Figures.inWords(tokens)),
                figure("Training loss", loss(figures.last(Round::loss)), "nats per token"),
                figure("Held-out loss", loss(heldOut), "nats per token"),
                figure("Bits per byte", loss(perByte), "of the held-out text"),
                figure("Perplexity", Figures.rounded(Math.exp(heldOut)), "per held-out token"),
                figure("Parameters", Figures.whole(facts.parameters()), Figures.inWords(facts.parameters())),
                figure("Tokens per second", Figures.rounded(tokens / figures.seconds()), "over all rounds"));
    }

    private static Figure figure(String name, String value, String note) {
        return new Figure(name, value, note);
    }

    private static String loss(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : Figures.NONE;
    }

    /** Some of them, the newest first and open. */
    private String samples() {
        List<Sample> shown = LineChart.thinned(figures.samples(), SAMPLES);
        var html = new StringBuilder();
        for (int at = shown.size() - 1; at >= 0; at--) {
            Sample sample = shown.get(at);
            html.append(html.isEmpty() ? "<details open>" : "<details>")
                    .append("<summary>After round " + Figures.whole(sample.round()) + "</summary>\n<pre><b>")
                    .append(HtmlPage.Table.escaped(sample.prompt()) + "</b>" + HtmlPage.Table.escaped(sample.text()))
                    .append("</pre></details>\n");
        }
        return html.toString();
    }

    private HtmlPage.Table phases() {
        HtmlPage.Table table = HtmlPage.Table.of(List.of("Phase", "Milliseconds a round", "Share"));
        int rounds = Math.max(1, figures.rounds().size());
        double all = figures.phaseMillis().values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        figures.phaseMillis()
                .forEach((phase, millis) -> table.row(
                        phase, Figures.rounded(millis / rounds), Figures.percent(Math.round(millis), Math.round(all))));
        return table;
    }

    private HtmlPage.Table traffic() {
        HtmlPage.Table table = HtmlPage.Table.facts();
        Map.of(
                        "bytes_down", "Parameters, down",
                        "bytes_up", "Parameters, up",
                        "moment_bytes_down", "Moments, down",
                        "moment_bytes_up", "Moments, up")
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .filter(entry -> figures.last().has(entry.getKey()))
                .forEach(entry -> table.row(
                        entry.getValue(),
                        Figures.whole(figures.last().path(entry.getKey()).asLong()) + " bytes"));
        return table;
    }

    private static HtmlPage.Table table(Map<String, String> facts) {
        HtmlPage.Table table = HtmlPage.Table.facts();
        facts.forEach(table::row);
        return table;
    }

    private static void flatten(String prefix, JsonNode settings, HtmlPage.Table into) {
        for (Map.Entry<String, JsonNode> entry : settings.properties()) {
            String key = prefix + entry.getKey();
            JsonNode value = entry.getValue();
            if (value.isObject()) {
                flatten(key + ".", value, into);
            } else {
                into.row(key, value.isTextual() ? value.asText() : value.toString());
            }
        }
    }
}
