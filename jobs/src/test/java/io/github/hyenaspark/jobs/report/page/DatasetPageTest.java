package io.github.hyenaspark.jobs.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.report.chart.PagePicture;
import io.github.hyenaspark.jobs.report.html.Figures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DatasetPageTest {
    private static final Pattern PICTURE = Pattern.compile("data:image/png;base64,([A-Za-z0-9+/=]+)");

    private static final String REPORT = """
            {"dataset": "/data/d", "snapshot": 3, "snapshot_sha256": "ab12", "tokenizer": "gpt2",
             "tokenizer_fingerprint": "cd34", "vocabulary_size": 50257, "units": 12, "shards": 14,
             "object_bytes": 1234567, "documents": 1000, "exact_duplicates": 12, "near_duplicates": 7,
             "filtered_documents": 30, "bad_documents": 2, "text_bytes": 5000000, "tokens": 1250000,
             "bytes_per_token": 4.0,
             "splits": {"train": {"documents": 950, "bytes": 4750000, "tokens": 1187500, "shards": 12},
                        "validation": {"documents": 50, "bytes": 250000, "tokens": 62500, "shards": 2}},
             "source_bytes": 5500000, "special_tokens": 3,
             "filtered": {"min-bytes": 20, "max-digit-fraction": 10},
             "bad": {"byte 0xFF is not UTF-8 here": 2},
             "sources": {"books": {"documents": 10, "bytes": 1000000, "tokens": 250000},
                         ".": {"documents": 990, "bytes": 4000000, "tokens": 1000000}},
             "lengths": {"train": [0, 0, 1, 5, 30, 100, 300, 400, 100, 14], "validation": [0, 0, 0, 0, 5, 20, 20, 5]},
             "packing": {"planned_documents": 950, "contiguous": {"1024": 0.98, "4096": 0.97},
                         "best-fit": {"1024": 0.999}},
             "run": {"outcome": "created", "prepared_units": 2, "source_bytes": 800000, "seconds": 3.2, "cores": 2,
                     "mb_per_second": 0.25, "tokens_per_second_per_core": 31000}}
            """;

    private static String page = ""; // of the report above: drawn once, as it takes a while

    private static ObjectNode report() throws IOException {
        return (ObjectNode) Json.parse("report", REPORT.getBytes(StandardCharsets.UTF_8));
    }

    @BeforeAll
    static void makeThePage() throws IOException {
        page = page(report());
    }

    /** Without its pictures. */
    private static String text() {
        return PICTURE.matcher(page).replaceAll("picture");
    }

    private static String page(JsonNode report) throws IOException {
        return new String(DatasetPage.html(report), StandardCharsets.UTF_8);
    }

    /** The page without its pictures. */
    private static String text(JsonNode report) throws IOException {
        return PICTURE.matcher(page(report)).replaceAll("picture");
    }

    private static List<String> pictures(String page) {
        return PICTURE.matcher(page).results().map(picture -> picture.group(1)).toList();
    }

    @Test
    void theHeadLineFiguresAreThere() throws IOException {
        assertThat(text())
                .contains("<h1>Dataset /data/d, snapshot 3</h1>")
                .contains("<dt>Documents</dt><dd>1,000</dd>")
                .contains("<dt>Text bytes</dt><dd>5,000,000</dd><dd class=\"quiet\">5.00 million</dd>")
                .contains("<dt>Tokens</dt><dd>1,250,000</dd>")
                .contains("<dt>Bytes per token</dt><dd>4.00</dd>")
                .contains("<dt>Duplicates left out of plans</dt><dd>19</dd><dd class=\"quiet\">12 exact, 7 near</dd>")
                .contains("<dt>Filtered</dt><dd>30</dd><dd class=\"quiet\">2.9 % of those read</dd>")
                .contains("<dt>Bad</dt><dd>2</dd>");
    }

    @Test
    void theTablesHaveARowForEachEntry() throws IOException {
        assertThat(text())
                .contains(
                        "<tr><th scope=\"row\">train</th><td>950</td><td>4,750,000</td><td>1,187,500</td><td>4.00</td>"
                                + "<td>95.0 %</td><td>12</td></tr>")
                .contains("<tr><th scope=\"row\">. (no folder)</th><td>990</td><td>4,000,000</td>")
                .contains("<tr><th scope=\"row\">min-bytes</th><td>20</td><td>66.7 %</td></tr>")
                .contains("<tr><th scope=\"row\">byte 0xFF is not UTF-8 here</th><td>2</td><td>100.0 %</td></tr>")
                .contains("<tr><th scope=\"col\">Strategy</th><th scope=\"col\">1k</th><th scope=\"col\">4k</th></tr>")
                .contains("<tr><th scope=\"row\">best-fit</th><td>99.90 %</td><td>–</td></tr>")
                .contains("<tr><th scope=\"row\">Tokens/s per core</th><td>31,000</td></tr>")
                .contains("<tr><th scope=\"row\">MB/s of input</th><td>0.25</td></tr>")
                .contains("<tr><th scope=\"row\">Vocabulary size</th><td>50,257</td></tr>");
    }

    @Test
    void skippedFilesAndTheTokensOfDuplicatesAreNamed() throws IOException {
        ObjectNode report = report().put("duplicate_tokens", 1234);
        report.putObject("skipped_files")
                .putObject(".md")
                .put("files", 5)
                .putArray("first")
                .add("a.md")
                .add("<b>.md");
        assertThat(text(report))
                .contains("12 exact, 7 near; 1,234 tokens of the train split")
                .contains("<tr><th scope=\"row\">.md</th><td>5</td><td>a.md, &lt;b&gt;.md</td></tr>");
        assertThat(text()).doesNotContain("Skipped files");
    }

    @Test
    void lengthsAreLabelledInTokensWithoutTheEmptyClassesAtTheEnds() throws IOException {
        assertThat(DatasetCharts.LengthClasses.of(report().path("lengths")).labels())
                .containsExactly("4", "8", "16", "32", "64", "128", "256", "512");
        assertThat(List.of(1L, 2L, 1024L, 65_536L, 1L << 20, 1L << 62, 1000L))
                .extracting(Figures::length)
                .containsExactly("1", "2", "1k", "64k", "1M", "4E", "1,000");
    }

    @Test
    void threePlotsAreDrawnForEachLook() throws IOException {
        List<String> pictures = pictures(page);
        assertThat(pictures).hasSize(3 * PagePicture.Theme.values().length).doesNotHaveDuplicates();
        for (String picture : pictures) {
            byte[] png = Base64.getDecoder().decode(picture);
            assertThat(Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(png)))
                            .getWidth())
                    .isIn(760, 2000);
        }
    }

    @Test
    void theSameReportGivesTheSamePage() throws IOException {
        assertThat(page(report())).isEqualTo(page);
    }

    @Test
    void textOfTheReportIsEscaped() throws IOException {
        String script = "<script>alert(\"1\" & '2')</script>\u0000";
        ObjectNode report = report().put("dataset", script).put("tokenizer", script);
        report.withObject("/filtered").put(script, 1);
        report.withObject("/bad").put(script, 1);
        report.withObject("/sources").putObject(script).put("tokens", 5);
        report.withObject("/splits").putObject(script).put("tokens", 5);
        report.withObject("/lengths").putArray(script).add(5);
        report.withObject("/packing").putObject(script).put("8", 0.5);
        report.withObject("/run").put(script, script);
        assertThat(text(report))
                .doesNotContain("<script", "\u0000")
                .contains("&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;\uFFFD");
    }

    @Test
    void nothingOutsideOfThePageIsReferredTo() throws IOException {
        assertThat(text()).doesNotContain("http", "//", "url(", "@import", "<link", "<script");
    }

    @Test
    void anEmptyReportGivesAPageOfZeros() throws IOException {
        String empty = page(Json.object());
        assertThat(empty)
                .contains("<dt>Documents</dt><dd>0</dd>", "<dt>Bytes per token</dt><dd>–</dd>", "None.", "</html>")
                .doesNotContain("NaN", "null", "<h2>Run</h2>");
        assertThat(pictures(empty)).isEmpty();
    }

    @Test
    void aDatasetWithoutDocumentsHasNoPlots() throws IOException {
        ObjectNode report = Json.object().put("dataset", "d").put("snapshot", 1).put("documents", 0);
        report.putObject("lengths").putArray("train").add(0).add(0);
        report.putObject("splits").putObject("train").put("documents", 0).put("tokens", 0);
        report.putObject("sources").putObject("a").put("documents", 0).put("tokens", 0);
        report.putObject("packing").put("planned_documents", 0).putObject("single");
        assertThat(pictures(page(report))).isEmpty();
        assertThat(text(report))
                .contains("<tr><th scope=\"row\">train</th><td>0</td>")
                .doesNotContain("NaN");
    }

    @Test
    void manyReasonsAndSourcesAreSummedUp() throws IOException {
        ObjectNode report = Json.object();
        for (int i = 0; i < 300; i++) {
            report.withObject("/bad").put("reason " + i, 100 + i);
            report.withObject("/sources")
                    .putObject("a-long-folder-name-with-the-number-" + i)
                    .put("tokens", 10L * i);
        }
        assertThat(text(report))
                .contains("reason 299<", "reason 270<", "<tr><th scope=\"row\">270 others</th><td>63,315</td>")
                .contains("<td>363,150</td>") // tokens of the 270 smaller sources
                .doesNotContain("reason 269<");
    }

    @Test
    void whatIsLeftOfARankingIsNeverASingleEntry() {
        List<DatasetPage.Ranked> three = List.of(
                new DatasetPage.Ranked("a", 1, 10, 5),
                new DatasetPage.Ranked("b", 2, 20, 7),
                new DatasetPage.Ranked("c", 3, 30, 7));
        assertThat(DatasetPage.Ranked.largest(three, DatasetPage.Ranked::tokens, 2))
                .extracting(DatasetPage.Ranked::name)
                .containsExactly("b", "c", "a");
        assertThat(DatasetPage.Ranked.largest(three, DatasetPage.Ranked::tokens, 1))
                .containsExactly(new DatasetPage.Ranked("b", 2, 20, 7), new DatasetPage.Ranked("2 others", 4, 40, 12));
    }

    @Test
    void aLongNameKeepsItsBeginningAndItsEnd() {
        assertThat(Figures.shortened("abcdefghij", 10)).isEqualTo("abcdefghij");
        assertThat(Figures.shortened("abcdefghijk", 10)).isEqualTo("abcde…hijk");
        assertThat(Figures.shortened("a\nb", 10)).isEqualTo("a b");
    }
}
