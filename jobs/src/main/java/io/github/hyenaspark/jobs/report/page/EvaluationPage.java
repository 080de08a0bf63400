package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.chart.PagePicture;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Figure;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;

/** The report of an evaluation as one HTML page: figures, and a plot of the loss by position in the context. */
public final class EvaluationPage {
    private final JsonNode result;
    private final List<PositionClass> classes = new ArrayList<>();

    private EvaluationPage(JsonNode result) {
        this.result = result;
        result.path("by_position").forEach(json -> classes.add(PositionClass.of(json)));
    }

    /** The page in UTF-8 for the result of {@code evaluate}. Missing values are shown as –. */
    public static byte[] html(JsonNode result) throws IOException {
        return new EvaluationPage(result).page();
    }

    private byte[] page() throws IOException {
        return new HtmlPage("Evaluation of " + text("run") + ", round " + text("round") + ", on the " + text("split")
                        + " split")
                .figures(figures())
                .section("Does the long context help?", "<p>" + answer() + "</p>\n" + chart() + table())
                .section(
                        "Data",
                        Table.facts()
                                .row("Snapshot", text("snapshot"))
                                .row("Text bytes", whole("bytes"))
                                .row("Sequence length, tokens", whole("length"))
                                .row("Every document", text("by_document"))
                                .html())
                .bytes();
    }

    private List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(List.of(
                figure("Loss, nats per token", "loss"),
                figure("Perplexity", "perplexity"),
                figure("Bits per token", "bits_per_token"),
                figure("Bits per byte", "bits_per_byte")));
        if (result.has("bits_per_base")) {
            figures.add(figure("Bits per base", "bits_per_base"));
        }
        figures.add(new Figure("Documents", whole("documents"), ""));
        figures.add(new Figure(
                "Tokens", whole("tokens"), Figures.inWords(result.path("tokens").asLong())));
        return figures;
    }

    /** In words, from the sequences without padding: they are the same at every position. */
    private String answer() {
        List<PositionClass> full = classes.stream()
                .filter(position -> Double.isFinite(position.fullLoss()))
                .toList();
        if (full.size() < 2) {
            return "These documents cannot tell: no sequence of " + whole("length")
                    + " tokens is full beyond its first "
                    + (classes.isEmpty()
                            ? Figures.NONE
                            : Figures.whole(classes.get(0).to()))
                    + " positions.";
        }
        PositionClass first = full.get(0);
        PositionClass before = full.get(full.size() - 2);
        PositionClass last = full.get(full.size() - 1);
        return String.format(
                Locale.ROOT,
                "In full sequences a token at positions %s costs %.4f nats and one at positions %s %.4f: %s. Compared with"
                        + " positions %s, the last ones cost %s.",
                first.range(),
                first.fullLoss(),
                last.range(),
                last.fullLoss(),
                difference(first.fullLoss() - last.fullLoss()),
                before.range(),
                difference(before.fullLoss() - last.fullLoss()));
    }

    private static String difference(double gain) {
        return String.format(Locale.ROOT, "%.4f %s", Math.abs(gain), gain < 0 ? "more" : "less");
    }

    private String chart() throws IOException {
        if (classes.stream().noneMatch(position -> Double.isFinite(position.loss()))) {
            return "";
        }
        List<String> labels = classes.stream().map(PositionClass::begin).toList();
        List<String> names = List.of("all sequences", "full sequences only, the same ones at every position");
        return PagePicture.html("Loss by position in the context", PagePicture.lineLegend(names), theme -> {
            CategoryChart chart = theme.chart("preceding tokens, at least", "nats per token");
            PagePicture.lines(chart);
            chart.getStyler().setYAxisMin(floor()).setYAxisDecimalPattern("0.00##");
            PagePicture.line(chart, 0, labels, numbers(PositionClass::loss));
            if (classes.stream().anyMatch(position -> Double.isFinite(position.fullLoss()))) {
                PagePicture.line(chart, 1, labels, numbers(PositionClass::fullLoss));
            }
            return chart;
        });
    }

    private List<@Nullable Double> numbers(ToDoubleFunction<PositionClass> loss) {
        List<@Nullable Double> numbers = new ArrayList<>();
        for (PositionClass position : classes) {
            double number = loss.applyAsDouble(position);
            numbers.add(Double.isFinite(number) ? Double.valueOf(number) : null);
        }
        return numbers;
    }

    /** The tenth of a nat below the least loss, so that small differences are visible. */
    private double floor() {
        double least = classes.stream()
                .flatMapToDouble(position -> DoubleStream.of(position.loss(), position.fullLoss()))
                .filter(Double::isFinite)
                .min()
                .orElse(0);
        return Math.max(0, Math.floor(10 * least) / 10);
    }

    private String table() {
        Table table = Table.of(List.of("Positions", "Tokens", "Nats per token", "Of full sequences", "Nats per token"));
        for (PositionClass position : classes) {
            table.row(
                    position.range(),
                    Figures.whole(position.tokens()),
                    Figures.fourDecimals(position.loss()),
                    Figures.whole(position.fullTokens()),
                    Figures.fourDecimals(position.fullLoss()));
        }
        return table.html();
    }

    private String text(String key) {
        return result.path(key).asText(Figures.NONE);
    }

    private String whole(String key) {
        return Figures.whole(result.path(key).asLong());
    }

    private Figure figure(String name, String key) {
        return new Figure(name, Figures.fourDecimals(result.path(key).asDouble(Double.NaN)), "");
    }

    private record PositionClass(long from, long to, long tokens, double loss, long fullTokens, double fullLoss) {
        static PositionClass of(JsonNode json) {
            return new PositionClass(
                    json.path("from").asLong(),
                    json.path("to").asLong(),
                    json.path("tokens").asLong(),
                    json.path("loss").asDouble(Double.NaN),
                    json.path("full_tokens").asLong(),
                    json.path("full_loss").asDouble(Double.NaN));
        }

        String begin() {
            return Figures.length(from);
        }

        String range() {
            return Figures.whole(from) + " to " + Figures.whole(to - 1);
        }
    }
}
