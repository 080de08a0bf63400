package io.github.hyenaspark.jobs.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CompareFindingsTest {
    private static ObjectNode result() {
        ObjectNode result = Json.object();
        cell(result, "hyena", 512, 1.5).put("last_token_accuracy", 0.975);
        cell(result, "attention", 512, 1.75);
        speed(result, "hyena", 512, 900);
        speed(result, "attention", 512, 1000);
        speed(result, "hyena", 2048, 900);
        speed(result, "attention", 2048, 600);
        speed(result, "hyena", 8192, 900);
        speed(result, "attention", 8192, 200);
        return result;
    }

    private static ObjectNode cell(ObjectNode result, String mixer, int length, double loss) {
        return result.withArray("cells")
                .addObject()
                .put("mixer", mixer)
                .put("length", length)
                .put("loss", loss);
    }

    private static void speed(ObjectNode result, String mixer, int length, double tokensPerSecond) {
        result.withArray("speeds")
                .addObject()
                .put("mixer", mixer)
                .put("length", length)
                .put("tokens_per_second", tokensPerSecond)
                .put("memory_mib", 10.0 * length);
    }

    @Test
    void theBestComesFirstAndTheCrossoverIsAMeasuredLength() {
        assertThat(CompareFindings.of(result()))
                .containsExactly(
                        "At length 512, after the same tokens, the held-out losses in nats per token are hyena 1.5000"
                                + " (97.5 % of last tokens right), attention 1.7500.",
                        "Tokens per second of hyena over those of attention, by length: 0.90 at 512, 1.50 at 2,048,"
                                + " 4.50 at 8,192. hyena is the faster one from 2,048 on.",
                        "Training steps at length 8,192 hold, in MiB: hyena 81,920, attention 81,920.");
    }

    @Test
    void whoIsSlowerAtTheLongestLengthIsNotCalledFaster() {
        ObjectNode result = result();
        speed(result, "hyena", 16384, 90);
        speed(result, "attention", 16384, 100);
        assertThat(CompareFindings.of(result).get(1)).endsWith("At the longest of them hyena is not the faster one.");
    }

    @Test
    void whoIsFasterAtAllLengthsOvertakesNowhere() throws IOException {
        ObjectNode result = result();
        result.withArray("speeds").remove(0);
        result.withArray("speeds").remove(0);
        assertThat(CompareFindings.of(result).get(1)).endsWith("hyena is the faster one at all of them.");
        assertThat(new String(ComparePage.html(result), StandardCharsets.UTF_8)).doesNotContain("is faster than");
    }

    @Test
    void ofSeveralRatesTheBestCounts() {
        ObjectNode result = result().put("equal", "time");
        cell(result, "attention", 512, 1.25);
        assertThat(CompareFindings.of(result).get(0))
                .isEqualTo("At length 512, after the same time, the held-out losses in nats per token, each at the best"
                        + " of its learning rates, are attention 1.2500, hyena 1.5000 (97.5 % of last tokens right).");
    }

    @Test
    void aRateThatDivergedIsNotTheBest() throws IOException {
        ObjectNode result = result();
        cell(result, "hyena", 512, 0).put("lr", 0.5).put("diverged", true).remove("loss");
        cell(result, "gru", 512, 0).put("lr", 0.25).putNull("loss");
        assertThat(CompareFindings.of(result).subList(0, 3))
                .containsExactly(
                        "At length 512, after the same tokens, the held-out losses in nats per token, each at the best"
                                + " of its learning rates, are hyena 1.5000 (97.5 % of last tokens right), attention"
                                + " 1.7500.",
                        "hyena at length 512 with the learning rate 0.5 diverged and has no loss.",
                        "gru at length 512 with the learning rate 0.25 has no loss that is a number.");
        assertThat(new String(ComparePage.html(result), StandardCharsets.UTF_8))
                .contains("<td>0.5</td><td>–</td><td>–</td><td>diverged</td>")
                .doesNotContain("0.0000");
    }

    @Test
    void seedsParametersAndReportsStandBesideTheLosses() throws IOException {
        ObjectNode result = Json.object();
        cell(result, "gru", 64, 2.5).put("seed", 7).put("parameters", 12_345).put("report", "gru-64/report.html");
        assertThat(CompareFindings.of(result))
                .containsExactly(
                        "At length 64, after the same tokens, the held-out losses in nats per token are gru 2.5000"
                                + " (12,345 parameters).",
                        "Each loss is of one run with seed 7; another seed may change the order of close ones.");
        assertThat(new String(ComparePage.html(result), StandardCharsets.UTF_8))
                .contains("<th scope=\"row\"><a href=\"gru-64/report.html\">gru</a></th>")
                .contains("<td>7</td><td>12,345</td><td>2.5000</td>");
    }

    @Test
    void thePageHasThePlotsOfWhatWasMeasured() throws IOException {
        ObjectNode result = result();
        result.putArray("findings").add("All < none");
        String page = new String(ComparePage.html(result), StandardCharsets.UTF_8);
        assertThat(page)
                .contains("All &lt; none")
                .contains("Tokens per second of training")
                .contains("97.5 %")
                .contains("hyena is faster than attention from 2,048 on")
                .doesNotContain("Training loss at length"); // no curve has two points
    }
}
