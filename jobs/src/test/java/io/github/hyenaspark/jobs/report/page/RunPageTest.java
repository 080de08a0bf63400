package io.github.hyenaspark.jobs.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.report.chart.LineChart;
import io.github.hyenaspark.jobs.report.chart.PagePicture;
import io.github.hyenaspark.jobs.report.page.RunFigures.Round;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class RunPageTest {
    private static final Pattern PICTURE = Pattern.compile("data:image/png;base64,([A-Za-z0-9+/=]+)");

    /** A round of two seconds, half of them in local steps; every second one measures the held-out loss. */
    private static ObjectNode line(int round) {
        ObjectNode line = Json.object()
                .put("round", round)
                .put("tokens", 1000 * round)
                .put("loss", 4.0 / round)
                .put("lr", 1e-3 / round)
                .put("delta_cosine", 0.5)
                .put("bytes_down", 8000)
                .put("bytes_up", 2000);
        if (round % 2 == 0) {
            line.put("held_out_loss", Math.log(2) * 4 / round);
            line.putObject("held_out_by_position").put("0", 2.5).put("1024", 1.5);
        }
        line.putObject("sample").put("prompt", "Once <b>").put("text", "text\u0000 &" + round);
        line.putObject("ms")
                .put("broadcast", 200)
                .put("slowest_compute", 1000)
                .put("held_out", round % 2 == 0 ? 500 : 0)
                .put("total", 2000);
        return line;
    }

    private static RunFigures figures(int rounds) {
        var figures = new RunFigures();
        for (int round = 1; round <= rounds; round++) {
            figures.add(line(round));
        }
        return figures;
    }

    private static String page(String name, int rounds) throws IOException {
        ObjectNode settings = Json.object();
        settings.putObject("model").put("d-model", 64).put("kind", name);
        var facts = new RunPage.Facts(
                name, 12_345, 0.5, Map.of("Snapshot", "/data/" + name), Map.of("Java", "17"), settings);
        return new String(RunPage.html(facts, figures(rounds)), StandardCharsets.UTF_8);
    }

    private static String text(String page) {
        return PICTURE.matcher(page).replaceAll("picture");
    }

    @Test
    void figuresComeFirstAndAreThoseOfTheLastMeasurement() throws IOException {
        assertThat(text(page("tale", 5)))
                .contains("<h1>Run tale</h1>")
                .contains("<dt>Rounds</dt><dd>5</dd>")
                .contains("<dt>Tokens</dt><dd>5,000</dd>")
                .contains("<dt>Training loss</dt><dd>0.8000</dd>")
                .contains("<dt>Held-out loss</dt><dd>0.6931</dd>") // of round 4
                .contains("<dt>Bits per byte</dt><dd>0.5000</dd>") // half a target a byte
                .contains("<dt>Perplexity</dt><dd>2.00</dd>")
                .contains("<dt>Parameters</dt><dd>12,345</dd>")
                .contains(
                        "<dt>Tokens per second</dt><dd>556</dd><dd class=\"quiet\">of training; 500 with validation and checkpoints</dd>");
    }

    @Test
    void timeIsSharedOutToPhasesAndTheRest() throws IOException {
        assertThat(text(page("tale", 5)))
                .contains("<th scope=\"row\">Driver sends the state</th><td>200</td><td>10.0 %</td>")
                .contains("<th scope=\"row\">Worker computes its local steps</th><td>1,000</td><td>50.0 %</td>")
                .contains(
                        "<th scope=\"row\">Waiting for slots, scheduling, transfer of results</th><td>600</td><td>30.0 %</td>");
    }

    @Test
    void theCurveOfAComparisonStartsWarmAndTimesTrainingAlone() {
        var figures = new RunFigures();
        ObjectNode cold = line(1);
        ((ObjectNode) cold.get("ms")).put("total", 9000);
        figures.add(cold);
        for (int round = 2; round <= 4; round++) {
            figures.add(line(round));
        }
        assertThat(figures.lossCurve())
                .extracting(point -> point.get("seconds").doubleValue())
                .containsExactly(1.5, 3.0, 5.0, 6.5);
        assertThat(figures(1).lossCurve().get(0).get("seconds").doubleValue()).isEqualTo(2);
    }

    @Test
    void sixPlotsAreDrawnForEachLookAndNothingIsFetched() throws IOException {
        String page = page("tale", 5);
        List<MatchResult> pictures = PICTURE.matcher(page).results().toList();
        assertThat(pictures).hasSize(6 * PagePicture.Theme.values().length);
        for (MatchResult picture : pictures) {
            byte[] png = Base64.getDecoder().decode(picture.group(1));
            assertThat(ImageIO.read(new ByteArrayInputStream(png))).isNotNull();
        }
        assertThat(text(page)).doesNotContain("<script", "http:", "https:", "<link");
    }

    @Test
    void aRunOfOneRoundHasAPageWithoutCurves() throws IOException {
        assertThat(text(page("tale", 1)))
                .contains("<dt>Held-out loss</dt><dd>–</dd>")
                .contains("<dt>Bits per byte</dt><dd>–</dd>")
                .doesNotContain("<figure>", "NaN");
    }

    @Test
    void manyRoundsAreDrawnAsFewPointsUpToTheLast() {
        RunFigures figures = figures(2500);
        assertThat(figures.last(Round::tokens)).isEqualTo(2_500_000);
        assertThat(figures.seconds()).isCloseTo(5000, within(1e-6));
        assertThat(LineChart.thinned(figures.rounds(), 1000))
                .hasSizeBetween(500, 1000)
                .endsWith(figures.rounds().get(2499));
    }

    @Test
    void samplesAreShownAsTheyAreTheNewestFirst() throws IOException {
        String page = text(page("tale", 2));
        assertThat(page)
                .containsSubsequence(
                        "<details open><summary>After round 2</summary>\n<pre><b>Once &lt;b&gt;</b>text\uFFFD &amp;2</pre>",
                        "<details><summary>After round 1</summary>");
        assertThat(text(page("tale", 30)).split("<summary>After round ", -1))
                .hasSize(11)
                .satisfies(parts -> assertThat(parts[1]).startsWith("30<"));
    }

    @Test
    void namesAreEscaped() throws IOException {
        assertThat(text(page("<script>", 2))).doesNotContain("<script").contains("Run &lt;script&gt;");
    }
}
