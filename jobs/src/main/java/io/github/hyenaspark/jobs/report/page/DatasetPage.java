package io.github.hyenaspark.jobs.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.html.Figures;
import io.github.hyenaspark.jobs.report.html.HtmlPage;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Figure;
import io.github.hyenaspark.jobs.report.html.HtmlPage.Table;
import io.github.hyenaspark.jobs.report.page.DatasetCharts.LengthClasses;
import io.github.hyenaspark.jobs.report.page.DatasetCharts.PackingUse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The report of a dataset's snapshot as one HTML page: figures, plots and tables. Needs no display to be made. */
public final class DatasetPage {
    private static final int ROWS = 30; // one more sums up the rest
    private static final List<String> AMOUNTS =
            List.of("Documents", "Text bytes", "Tokens", "Bytes per token", "Share of tokens");
    private static final Map<String, String> RUN_NAMES = Map.of(
            "mb_per_second", "MB/s of input",
            "tokens_per_second_per_core", "Tokens/s per core",
            "source_bytes", "Input bytes");

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
                "Sources", DatasetCharts.sources(sources) + sourceTable(sources).html());
        packing();
        for (String kind : List.of("Filtered", "Bad")) {
            JsonNode reasons = report.path(kind.toLowerCase(Locale.ROOT));
            page.section(kind + " documents", reasonTable(Ranked.of(reasons)).html());
        }
        if (report.path("skipped_files").size() > 0) {
            page.section(
                    "Skipped files", skippedTable(report.path("skipped_files")).html());
        }
        if (report.path("run").size() > 0) {
            page.section("Run", runTable(report.path("run")).html());
        }
        page.section("Snapshot", snapshotTable().html());
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
                        Figures.whole(exact) + " exact, " + Figures.whole(near) + " near"
                                + (report.has("duplicate_tokens")
                                        ? "; " + Figures.whole(number("duplicate_tokens"))
                                                + " tokens of the train split"
                                        : "")),
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
        page.section("Splits", splitTable().html() + DatasetCharts.lengths(lengths) + numbers);
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

    private long number(String key) {
        return report.path(key).asLong();
    }

    private Table splitTable() {
        JsonNode splits = report.path("splits");
        List<Ranked> entries = Ranked.of(splits);
        Table table = amountsTable("Split", "Shards");
        long tokens = Ranked.total(entries, Ranked::tokens);
        for (Ranked split : entries) {
            long shards = splits.path(split.name()).path("shards").asLong();
            table.row(split.name(), amounts(split, tokens, Figures.whole(shards)));
        }
        return table;
    }

    private static Table sourceTable(List<Ranked> sources) {
        Table table = amountsTable("Source");
        long tokens = Ranked.total(sources, Ranked::tokens);
        Ranked.largest(sources, Ranked::tokens, ROWS)
                .forEach(source -> table.row(source.name(), amounts(source, tokens)));
        return table;
    }

    private static Table reasonTable(List<Ranked> reasons) {
        Table table = Table.of(List.of("Reason", "Documents", "Share"));
        long all = Ranked.total(reasons, Ranked::documents);
        Ranked.largest(reasons, Ranked::documents, ROWS)
                .forEach(reason -> table.row(
                        reason.name(), Figures.whole(reason.documents()), Figures.percent(reason.documents(), all)));
        return table;
    }

    private static Table skippedTable(JsonNode endings) {
        Table table = Table.of(List.of("Ending", "Files", "The first"));
        for (Map.Entry<String, JsonNode> ending : endings.properties()) {
            List<String> first = new ArrayList<>();
            ending.getValue().path("first").forEach(path -> first.add(path.asText()));
            long files = ending.getValue().path("files").asLong();
            table.row(ending.getKey(), Figures.whole(files), String.join(", ", first));
        }
        return table;
    }

    private static Table runTable(JsonNode run) {
        Table table = Table.facts();
        for (Map.Entry<String, JsonNode> fact : run.properties()) {
            table.row(RUN_NAMES.getOrDefault(fact.getKey(), sentence(fact.getKey())), value(fact.getValue()));
        }
        return table;
    }

    private Table snapshotTable() {
        Table table = Table.facts();
        for (String key : List.of(
                "dataset",
                "snapshot",
                "snapshot_sha256",
                "tokenizer",
                "tokenizer_fingerprint",
                "vocabulary_size",
                "units",
                "shards",
                "object_bytes",
                "source_bytes")) {
            if (report.hasNonNull(key)) {
                table.row(sentence(key).replace("sha256", "SHA-256"), value(report.path(key)));
            }
        }
        return table.row("Special tokens spelled out in the text", value(report.path("special_tokens")));
    }

    private static Table amountsTable(String name, String... more) {
        List<String> columns = new ArrayList<>(List.of(name));
        columns.addAll(AMOUNTS);
        columns.addAll(List.of(more));
        return Table.of(columns);
    }

    private static List<String> amounts(Ranked counts, long allTokens, String... more) {
        List<String> cells = new ArrayList<>(List.of(
                Figures.whole(counts.documents()),
                Figures.whole(counts.bytes()),
                Figures.whole(counts.tokens()),
                Figures.ratio(counts.bytes(), counts.tokens()),
                Figures.percent(counts.tokens(), allTokens)));
        cells.addAll(List.of(more));
        return cells;
    }

    private static String value(JsonNode value) {
        if (value.isTextual()) {
            return value.asText();
        }
        return value.isFloatingPointNumber() ? Figures.rounded(value.asDouble()) : Figures.whole(value.asLong());
    }

    /** A key as words: object_bytes becomes Object bytes. */
    private static String sentence(String key) {
        String words = key.replace('_', ' ');
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** Counts of a split, a source or a reason; bytes of text and tokens are 0 where only documents are counted. */
    record Ranked(String name, long documents, long bytes, long tokens) {
        /** The entries of an object of a report, none if it is missing. A plain number counts documents. */
        static List<Ranked> of(JsonNode counts) {
            List<Ranked> entries = new ArrayList<>();
            for (Map.Entry<String, JsonNode> entry : counts.properties()) {
                JsonNode value = entry.getValue();
                long documents = value.isNumber()
                        ? value.asLong()
                        : value.path("documents").asLong();
                entries.add(new Ranked(
                        entry.getKey(),
                        documents,
                        value.path("bytes").asLong(),
                        value.path("tokens").asLong()));
            }
            return entries;
        }

        /** Largest first, ties by name; beyond the limit, one entry sums up the rest. */
        static List<Ranked> largest(List<Ranked> entries, ToLongFunction<Ranked> size, int limit) {
            List<Ranked> sorted = new ArrayList<>(entries);
            sorted.sort(Comparator.comparingLong(size).reversed().thenComparing(Ranked::name));
            if (sorted.size() <= limit + 1) {
                return sorted;
            }
            List<Ranked> rest = sorted.subList(limit, sorted.size());
            List<Ranked> shown = new ArrayList<>(sorted.subList(0, limit));
            shown.add(new Ranked(
                    Figures.whole(rest.size()) + " others",
                    total(rest, Ranked::documents),
                    total(rest, Ranked::bytes),
                    total(rest, Ranked::tokens)));
            return shown;
        }

        Ranked named(String other) {
            return new Ranked(other, documents, bytes, tokens);
        }

        static long total(List<Ranked> entries, ToLongFunction<Ranked> size) {
            return entries.stream().mapToLong(size).sum();
        }
    }
}
