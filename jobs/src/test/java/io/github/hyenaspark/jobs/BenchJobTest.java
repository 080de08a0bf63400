package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small shapes in this JVM; no number is judged but those that do not depend on the machine. */
class BenchJobTest {
    private final ByteArrayOutputStream results = new ByteArrayOutputStream();
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();

    private int run(String... arguments) {
        var console = new Console(
                new PrintStream(results, true, StandardCharsets.UTF_8),
                new PrintStream(messages, true, StandardCharsets.UTF_8));
        return Main.run(List.of(arguments), console);
    }

    private JsonNode measured(String... arguments) throws CorruptFileException {
        assertThat(run(arguments)).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(results.toString(StandardCharsets.UTF_8)).hasLineCount(1);
        return Json.parse("standard output", results.toByteArray());
    }

    private void assertRefused(int code, String message) {
        assertThat(code).isEqualTo(2);
        assertThat(results.size()).isZero();
        assertThat(messages.toString(StandardCharsets.UTF_8)).contains(message).hasLineCount(1);
    }

    @Test
    void convTimesTheFourPassesAndChecksThem() throws CorruptFileException {
        JsonNode found = measured(
                "bench",
                "conv",
                "bench.batch=2",
                "bench.channels=3",
                "bench.length=50",
                "bench.threads=1",
                "bench.steps=2");
        assertThat(found.get("batch").intValue()).isEqualTo(2);
        assertThat(found.get("channels").intValue()).isEqualTo(3);
        assertThat(found.get("length").intValue()).isEqualTo(50);
        assertThat(found.get("threads").intValue()).isEqualTo(1);
        assertThat(found.get("time").textValue()).isEqualTo("cpu");
        assertThat(found.get("repeats").intValue()).isEqualTo(2);
        assertThat(found.get("kernel").textValue()).isEqualTo("scalar");
        for (String key :
                List.of("forward_ms", "forward_backward_ms", "gated_forward_ms", "gated_forward_backward_ms")) {
            assertThat(found.get(key).doubleValue()).as(key).isPositive();
        }
        // Rounding of a float transform of 64 points, relative to the largest element.
        assertThat(found.get("max_relative_error").doubleValue()).isPositive().isLessThan(1e-6);
    }

    @Test
    void benchAloneNamesWhatItMeasures() {
        assertRefused(run("bench"), "hyena bench: a command is needed: step or conv");
    }

    @Test
    void anUnknownKeyIsNamedWithTheKnownOnes() {
        assertRefused(run("bench", "conv", "bench.chanels=3"), "hyena bench conv: unknown key bench.chanels");
    }

    @Test
    void aValueThatMakesNoSenseIsRefused() {
        assertRefused(run("bench", "conv", "bench.threads=0"), "threads: found 0, expected at least 1");
    }

    @Test
    void rowsThatDoNotFitTheHeapAreRefused() {
        assertRefused(run("bench", "conv", "bench.channels=1000000000"), "MiB of heap");
    }

    @Test
    void theHelpOfConvHasEveryKeyUnbroken() {
        assertThat(run("bench", "conv", "--help")).isZero();
        assertThat(results.toString(StandardCharsets.UTF_8).lines().toList())
                .containsSequence(Settings.defaultsOf("bench").lines().toList());
    }
}
