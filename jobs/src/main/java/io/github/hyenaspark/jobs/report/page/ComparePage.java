package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.chart.LineChart;
import io.github.hyenaspark.jobs.report.chart.LineChart.Axes;
import io.github.hyenaspark.jobs.report.chart.LineChart.AxisUnit;
import io.github.hyenaspark.jobs.report.chart.LineChart.Curve;
import io.github.hyenaspark.jobs.report.chart.LineChart.Mark;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Table;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A comparison of mixers as one HTML page: findings, losses, answers, speed and memory by length. */
public final class ComparePage {
    private final JsonNode result;
    private final CompareFindings findings;
    private final List<JsonNode> cells;
    private final List<JsonNode> speeds;
    private final List<String> mixers;

    private ComparePage(JsonNode result) {
        this.result = result;
        findings = new CompareFindings(result);
        cells = findings.cells();
        speeds = CompareFindings.list(result.path("speeds"));
        mixers = CompareFindings.mixers(cells.isEmpty() ? speeds : cells);
    }

    public static byte[] html(JsonNode result) throws IOException {
        return new ComparePage(result).page();
    }

    private byte[] page() throws IOException {
        return new HtmlPage("Comparison of " + String.join(", ", mixers))
                .section("What was found", findings())
                .section(
                        "Loss",
                        losses("tokens", AxisUnit.ofTokens(last("tokens")))
                                + losses("seconds", AxisUnit.ofSeconds(last("seconds"))))
                .section("Answers", answers())
                .section("Speed and memory", speed() + memory() + speedTable().html())
                .section("Cells", cellTable().html())
                .bytes();
    }

    private String findings() {
        return CompareFindings.list(result.path("findings")).stream()
                .map(sentence -> "<p>" + Table.escaped(sentence.asText()) + "</p>\n")
                .collect(Collectors.joining());
    }

    private double last(String key) {
        return cells.stream()
                .flatMap(cell -> CompareFindings.list(cell.path("curve")).stream())
                .mapToDouble(round -> round.path(key).asDouble())
                .max()
                .orElse(0);
    }

    /** A plot per length: training loss after each round, for every mixer. */
    private String losses(String key, AxisUnit unit) throws IOException {
        var html = new StringBuilder();
        for (int length : CompareFindings.lengths(cells)) {
            List<Curve> curves = new ArrayList<>();
            for (JsonNode cell : cells) {
                if (cell.path("length").asInt() == length) {
                    curves.add(new Curve(cell.path("mixer").asText(), curve(cell, key, unit.size())));
                }
            }
            var plot = new LineChart(
                    "Training loss at length " + Figures.whole(length) + " against " + unit.title(),
                    unit.title(),
                    "loss, nats per token",
                    Axes.LINEAR);
            html.append(plot.html(curves, List.of()));
        }
        return html.toString();
    }

    private static List<double[]> curve(JsonNode cell, String key, double unit) {
        List<double[]> points = new ArrayList<>();
        for (JsonNode round : cell.path("curve")) {
            if (round.path("loss").isNumber()) {
                points.add(new double[] {
                    round.path(key).asDouble() / unit, round.path("loss").asDouble()
                });
            }
        }
        return points;
    }

    private String answers() throws IOException {
        String title = "Share of last tokens that are right";
        return new LineChart(title, "length", title.toLowerCase(Locale.ROOT), Axes.LINEAR)
                .html(byLength(cells, "last_token_accuracy"), List.of());
    }

    /** Dashed where the first mixer overtakes another. */
    private String speed() throws IOException {
        List<Mark> marks = new ArrayList<>();
        for (int i = 1; i < mixers.size(); i++) {
            int number = i;
            findings.crossover(mixers.get(0), mixers.get(i))
                    .ifPresent(length -> marks.add(new Mark(
                            number,
                            length,
                            mixers.get(0) + " is faster than " + mixers.get(number) + " from " + Figures.whole(length)
                                    + " on")));
        }
        String title = "Tokens per second of training";
        return new LineChart(title, "length, tokens", title.toLowerCase(Locale.ROOT), Axes.LOGARITHMIC)
                .html(byLength(speeds, "tokens_per_second"), marks);
    }

    private String memory() throws IOException {
        return new LineChart(
                        "Memory that training steps hold: native arrays and live heap",
                        "length, tokens",
                        "memory, MiB",
                        Axes.LOGARITHMIC)
                .html(byLength(speeds, "memory_mib"), List.of());
    }

    private List<Curve> byLength(List<JsonNode> of, String key) {
        List<Curve> curves = new ArrayList<>();
        for (String mixer : mixers) {
            List<double[]> points = new ArrayList<>();
            for (JsonNode cell : of) {
                if (cell.path("mixer").asText().equals(mixer) && cell.has(key)) {
                    points.add(new double[] {
                        cell.path("length").asDouble(), cell.path(key).asDouble()
                    });
                }
            }
            points.sort((a, b) -> Double.compare(a[0], b[0]));
            curves.add(new Curve(mixer, points));
        }
        return curves;
    }

    private Table speedTable() {
        Table table = Table.of(List.of("Mixer", "Length", "Batch", "Parameters", "Tokens per second", "MiB"));
        for (JsonNode speed : speeds) {
            table.row(
                    speed.path("mixer").asText(),
                    Figures.whole(speed.path("length").asLong()),
                    Figures.whole(speed.path("batch").asLong()),
                    Figures.whole(speed.path("parameters").asLong()),
                    Figures.rounded(speed.path("tokens_per_second").asDouble()),
                    Figures.rounded(speed.path("memory_mib").asDouble()));
        }
        return table;
    }

    private Table cellTable() {
        Table table = Table.of(List.of(
                "Mixer",
                "Length",
                "Batch",
                "Learning rate",
                "Seed",
                "Parameters",
                "Held-out loss",
                "Last tokens right",
                "Run"));
        for (JsonNode cell : CompareFindings.list(result.path("cells"))) {
            table.row(
                    cell.path("mixer").asText(),
                    URI.create(cell.path("report").asText()),
                    List.of(
                            Figures.whole(cell.path("length").asLong()),
                            Figures.whole(cell.path("batch").asLong()),
                            cell.path("lr").asText(Figures.NONE),
                            cell.path("seed").asText(Figures.NONE),
                            cell.has("parameters")
                                    ? Figures.whole(cell.path("parameters").asLong())
                                    : Figures.NONE,
                            CompareFindings.hasLoss(cell)
                                    ? Figures.fourDecimals(cell.path("loss").asDouble())
                                    : cell.has("diverged") ? "diverged" : Figures.NONE,
                            CompareFindings.percentRight(cell),
                            cell.path("run").asText()));
        }
        return table;
    }
}
