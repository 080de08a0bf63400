package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Figure;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Table;
import io.github.hyenaspark.jobs.report.page.DatasetCharts.LengthClasses;
import io.github.hyenaspark.jobs.report.page.DatasetCharts.PackingUse;
import io.github.hyenaspark.jobs.report.page.DatasetTables.Ranked;
import java.io.IOException;
import java.util.List;

/** The report of a dataset's snapshot as one HTML page: figures, plots and tables. Needs no display to be made. */
public final class DatasetPage {
    private final JsonNode report;
    private final HtmlPage page;

    private DatasetPage(JsonNode report) {
        this.report = report;
        this.page = new HtmlPage("Dataset " + report.path("dataset").asText(Figures.NONE) + ", snapshot "
                + report.path("snapshot").asText(Figures.NONE));
    }

    /** The page in UTF-8. What the report lacks is shown as 0 or None; without a {@code run}, its table is left out. */
    public static byte[] html(JsonNode report) throws IOException {
        return new DatasetPage(report).bytes();
    }

    private byte[] bytes() throws IOException {
        headLine();
        splits();
        List<Ranked> sources = sources();
        page.section(
                "Sources",
                DatasetCharts.sources(sources) + DatasetTables.sources(sources).html());
        packing();
        rejects("Filtered documents", "filtered");
        rejects("Bad documents", "bad");
        if (report.path("run").size() > 0) {
            page.section("Run", DatasetTables.run(report.path("run")).html());
        }
        page.section("Snapshot", DatasetTables.snapshot(report).html());
        return page.bytes();
    }

    private void headLine() {
        long exact = number("exact_duplicates");
        long near = number("near_duplicates");
        page.figures(List.of(
                figure("Documents", number("documents"), Figures.inWords(number("documents"))),
                figure("Text bytes", number("text_bytes"), Figures.inWords(number("text_bytes"))),
                figure("Tokens", number("tokens"), Figures.inWords(number("tokens"))),
                new Figure("Bytes per token", Figures.ratio(number("text_bytes"), number("tokens")), ""),
                figure(
                        "Duplicates left out of plans",
                        exact + near,
                        Figures.whole(exact) + " exact, " + Figures.whole(near) + " near"),
                figure("Filtered", number("filtered_documents"), ofThoseRead("filtered_documents")),
                figure("Bad", number("bad_documents"), ofThoseRead("bad_documents"))));
    }

    private static Figure figure(String name, long number, String note) {
        return new Figure(name, Figures.whole(number), note);
    }

    private String ofThoseRead(String key) {
        long read = number("documents") + number("filtered_documents") + number("bad_documents");
        return read > 0 ? Figures.percent(number(key), read) + " of those read" : "";
    }

    private void splits() throws IOException {
        LengthClasses lengths = LengthClasses.of(report.path("lengths"));
        String numbers = lengths.labels().isEmpty()
                ? ""
                : "<details><summary>Documents by length, in numbers</summary>\n"
                        + lengths.table().html() + "</details>\n";
        page.section("Splits", DatasetTables.splits(report).html() + DatasetCharts.lengths(lengths) + numbers);
    }

    /** Files outside the folders of the input have the source ".". */
    private List<Ranked> sources() {
        return Ranked.of(report.path("sources")).stream()
                .map(source -> source.name().equals(".") ? source.named(". (no folder)") : source)
                .toList();
    }

    private void packing() throws IOException {
        JsonNode packing = report.path("packing");
        PackingUse use = PackingUse.of(packing);
        String planned = Figures.whole(packing.path("planned_documents").asLong());
        page.section(
                "Packing",
                "<p>Documents planned: " + planned + ".</p>\n" + DatasetCharts.packing(use)
                        + use.table().html());
    }

    private void rejects(String title, String key) {
        page.section(
                title,
                DatasetTables.reasons(Ranked.of(report.path(key))).html());
    }

    private long number(String key) {
        return report.path(key).asLong();
    }
}
