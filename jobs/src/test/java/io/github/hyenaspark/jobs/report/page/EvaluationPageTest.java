package io.github.hyenaspark.jobs.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EvaluationPageTest {
    private static final String RESULT = """
            {"run": "/runs/<a>", "round": 7, "split": "validation", "snapshot": "/d/snapshots/00000001.json",
             "documents": 12, "bytes": 100000, "tokens": 25000, "loss": 1.25, "perplexity": 3.4903, "length": 200,
             "bits_per_token": 1.8034, "bits_per_byte": 0.45085, "by_document": "/runs/a/v.jsonl",
             "by_position": [
              {"from": 0, "to": 64, "tokens": 9000, "loss": 1.5, "full_tokens": 6400, "full_loss": 1.4},
              {"from": 64, "to": 128, "tokens": 8000, "loss": 1.2, "full_tokens": 6400, "full_loss": 1.3},
              {"from": 128, "to": 200, "tokens": 8000, "loss": 1.1, "full_tokens": 7200, "full_loss": 1.325}]}
            """;

    private static ObjectNode result() throws IOException {
        return (ObjectNode) Json.parse("result", RESULT.getBytes(StandardCharsets.UTF_8));
    }

    private static String page(ObjectNode result) throws IOException {
        return new String(EvaluationPage.html(result), StandardCharsets.UTF_8);
    }

    @Test
    void theFiguresAndTheAnswerAreThere() throws IOException {
        assertThat(page(result()))
                .contains("<h1>Evaluation of /runs/&lt;a&gt;, round 7, on the validation split</h1>")
                .contains("<dt>Perplexity</dt><dd>3.4903</dd>", "<dt>Tokens</dt><dd>25,000</dd>")
                .doesNotContain("Bits per base")
                .contains("a token at positions 0 to 63 costs 1.4000 nats and one at positions 128 to 199 1.3250:"
                        + " 0.0750 less. Compared with positions 64 to 127, the last ones cost 0.0250 more.")
                .contains("<tr><th scope=\"row\">64 to 127</th><td>8,000</td><td>1.2000</td><td>6,400</td>")
                .contains("data:image/png;base64,");
    }

    @Test
    void genomesHaveBitsPerBase() throws IOException {
        assertThat(page(result().put("bits_per_base", 1.9))).contains("<dt>Bits per base</dt><dd>1.9000</dd>");
    }

    @Test
    void withoutFullSequencesThereIsNoAnswer() throws IOException {
        ObjectNode result = result();
        result.withArray("by_position").forEach(at -> ((ObjectNode) at).putNull("full_loss"));
        assertThat(page(result))
                .contains("These documents cannot tell: no sequence of 200 tokens is full")
                .contains("data:image/png;base64,")
                .doesNotContain("NaN");
    }

    @Test
    void anEmptyResultGivesAPageWithoutAPlot() throws IOException {
        assertThat(page(Json.object()))
                .contains("<dt>Loss, nats per token</dt><dd>–</dd>", "</html>")
                .doesNotContain("NaN", "data:image");
    }
}
