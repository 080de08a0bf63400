package io.github.hyenaspark.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.Main;
import io.github.hyenaspark.jobs.cli.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    @Tag("process")
    void stepTimesTrainingAndSaysWhatItCouldReach() throws CorruptFileException {
        JsonNode found = measured(
                "bench",
                "step",
                "model.d-model=8",
                "model.n-layer=2",
                "train.recompute=block",
                "bench.batch=2",
                "bench.length=12",
                "bench.vocab=11",
                "bench.threads=1",
                "bench.steps=3");
        assertThat(found.get("mixer").textValue()).isEqualTo("hyena");
        assertThat(found.get("d_model").intValue()).isEqualTo(8);
        assertThat(found.get("n_layer").intValue()).isEqualTo(2);
        assertThat(found.get("length").intValue()).isEqualTo(12);
        assertThat(found.get("batch").intValue()).isEqualTo(2);
        assertThat(found.get("vocab").intValue()).isEqualTo(11);
        assertThat(found.get("threads").intValue()).isEqualTo(1);
        assertThat(found.get("recompute").textValue()).isEqualTo("block");
        assertThat(found.get("kernel").textValue()).isEqualTo("scalar");
        assertThat(found.get("step_seconds")).hasSize(3);
        for (String key : List.of(
                "tokens_per_second",
                "tokens_per_second_best",
                "sgemm_gflops",
                "convolution_seconds",
                "roofline_seconds",
                "roofline_ratio",
                "warm_up_steps")) {
            assertThat(found.get(key).doubleValue()).as(key).isPositive();
        }
        double percent = 0;
        for (String part : List.of("products", "convolution", "norms", "short_filter", "head", "optimizer", "rest")) {
            assertThat(found.at("/percent/" + part).doubleValue()).as(part).isPositive();
            percent += found.at("/percent/" + part).doubleValue();
        }
        assertThat(percent).isCloseTo(100, within(0.1));
        assertThat(found.get("cpu_seconds").doubleValue()).isNotNegative(); // less than a hundredth counts as 0
        // Random ids of 11, ln 11 = 2.4 nats, of which one batch can be learned by heart.
        assertThat(found.get("loss").doubleValue()).isBetween(0.0, 3.0);
        // The table 16×8 and the last norm; of each block the positions 12×33 for the 12 tokens of a sequence.
        long norms = 2 * 2 * 8;
        long mixer = (24 * 8 + 24) + (24 * 3 + 24) + (8 * 8 + 8);
        long filter = 12 * 33 + (33 * 64 + 64) + 2 * (64 * 64 + 64) + 64 + 64 * 8 + 8;
        long feedForward = (8 * 32 + 32) + (32 * 8 + 8);
        assertThat(found.get("parameters").longValue())
                .isEqualTo(16 * 8 + 2 * (norms + mixer + filter + feedForward) + 2 * 8);
        if (Files.exists(Path.of("/proc/self/status"))) {
            assertThat(found.get("base_rss_mib").doubleValue()).isGreaterThan(10);
            assertThat(found.get("peak_rss_mib").doubleValue())
                    .isGreaterThanOrEqualTo(found.get("base_rss_mib").doubleValue());
        }
    }

    @Tag("process")
    @ParameterizedTest
    @ValueSource(strings = {"lstm", "hyena-mr"})
    void stepAndGenerateTakeMixersOfBothKinds(String mixer) throws CorruptFileException {
        assertStepAndGenerate(mixer);
    }

    @Tag("endurance")
    @ParameterizedTest
    @ValueSource(strings = {"rnn", "gru", "conv", "hyena-se"})
    void stepAndGenerateTakeEveryOtherMixer(String mixer) throws CorruptFileException {
        assertStepAndGenerate(mixer);
    }

    private void assertStepAndGenerate(String mixer) throws CorruptFileException {
        List<String> model = List.of("model.mixer=" + mixer, "model.d-model=8", "model.n-layer=1", "bench.vocab=11");
        List<String> step = new ArrayList<>(List.of("bench", "step", "bench.batch=2", "bench.length=20"));
        step.addAll(List.of("bench.threads=1", "bench.steps=1"));
        step.addAll(model);
        JsonNode found = measured(step.toArray(String[]::new));
        assertThat(found.get("mixer").textValue()).isEqualTo(mixer);
        assertThat(found.get("tokens_per_second").doubleValue()).isPositive();
        // only convolutions of 20 taps have a transform
        assertThat(found.get("convolution_seconds").doubleValue() > 0)
                .isEqualTo(List.of("conv", "hyena-mr").contains(mixer));
        results.reset();
        List<String> generate = new ArrayList<>(List.of("bench", "generate", "bench.length=5", "bench.tokens=20"));
        generate.add("bench.steps=1");
        generate.addAll(model);
        assertThat(measured(generate.toArray(String[]::new))
                        .get("tokens_per_second")
                        .doubleValue())
                .isPositive();
    }

    @Test
    @Tag("process")
    void generateTimesGenerationAndTheNaiveWay() throws CorruptFileException {
        JsonNode found = measured(
                "bench",
                "generate",
                "model.d-model=8",
                "model.n-layer=1",
                "bench.length=5",
                "bench.tokens=40",
                "bench.vocab=11",
                "bench.steps=2");
        assertThat(found.get("prompt").intValue()).isEqualTo(5);
        assertThat(found.get("tokens").intValue()).isEqualTo(40);
        assertThat(found.get("l_max").intValue()).isEqualTo(45);
        assertThat(found.get("time").textValue()).isEqualTo("cpu");
        assertThat(found.get("naive_positions").intValue()).isEqualTo(16);
        assertThat(found.get("run_tokens")).extracting(JsonNode::intValue).containsExactly(5, 10, 20, 40);
        assertThat(found.get("run_seconds")).hasSize(4).allMatch(seconds -> seconds.doubleValue() > 0);
        for (String key : List.of("prompt_seconds", "seconds", "tokens_per_second", "naive_seconds", "speedup")) {
            assertThat(found.get(key).doubleValue()).as(key).isPositive();
        }
    }

    @Test
    @Tag("endurance")
    void tokensAfterALongPromptAreTwentyTimesAsFastAsNaiveAndNearlyLinear() throws CorruptFileException {
        JsonNode found = measured("bench", "generate", "bench.length=1024", "bench.tokens=8192");
        assertThat(found.get("speedup").doubleValue()).isGreaterThan(20);
        assertThat(found.get("run_tokens")).extracting(JsonNode::intValue).containsExactly(1024, 2048, 4096, 8192);
        for (int run = 1; run < 4; run++) {
            double half = found.get("run_seconds").get(run - 1).doubleValue();
            assertThat(found.get("run_seconds").get(run).doubleValue()).isLessThan(2.5 * half);
        }
    }

    @Test
    void tokensMeasuresEveryTokenizer(@TempDir Path directory) throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "Some words, and some more of them.\n".repeat(3_000));
        JsonNode found = measured("bench", "tokens", "bench.text=" + text, "bench.steps=1");
        assertThat(found.get("text").textValue()).isEqualTo(text.toString());
        assertThat(found.get("text_bytes").intValue()).isEqualTo(105_000);
        for (String key : List.of(
                "bytes_mb_per_s",
                "dna_mb_per_s",
                "gpt2_mb_per_s",
                "jtokkit_mb_per_s",
                "gpt2_long_mb_per_s",
                "jtokkit_long_mb_per_s")) {
            assertThat(found.get(key).doubleValue()).as(key).isPositive();
        }
    }

    @Test
    void prepareMeasuresEveryTokenizerAndItsParts(@TempDir Path directory) throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "Some words, and some more of them.\n".repeat(3_000));
        JsonNode found = measured("bench", "prepare", "bench.text=" + text, "bench.steps=1", "bench.mebibytes=1");
        assertThat(found.get("text").textValue()).isEqualTo(text.toString());
        for (String key : List.of(
                "bytes_mb_per_s",
                "bytes_wall_mb_per_s",
                "dna_mb_per_s",
                "bytes_lines_mb_per_s",
                "gpt2_mb_per_s",
                "jtokkit_mb_per_s",
                "gpt2_to_jtokkit",
                "sha256_mb_per_s")) {
            assertThat(found.get(key).doubleValue()).as(key).isPositive();
        }
    }

    @Test
    void aModelThatIsTooShortForTheSequencesIsRefused() {
        assertRefused(
                run("bench", "step", "bench.length=12", "model.l-max=11"),
                "a sequence of 12 tokens is longer than l-max 11");
    }

    @Test
    void benchAloneNamesWhatItMeasures() {
        assertRefused(
                run("bench"),
                "hyena bench: a command is needed: step, generate, conv, products, round, tokens, prepare or plan");
    }

    @Test
    void anUnknownMeasurementIsNamedWithTheKnownOnes() {
        assertRefused(
                run("bench", "nonsense"),
                "hyena bench: there is no command nonsense; known commands: [step, generate, conv, products, round, tokens, prepare, plan]");
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
    void theHelpOfStepHasEveryKeyUnbroken() {
        assertThat(run("bench", "step", "--help")).isZero();
        List<String> help = results.toString(StandardCharsets.UTF_8).lines().toList();
        for (String section : List.of("bench", "model", "train")) {
            assertThat(help)
                    .as(section)
                    .containsSequence(Settings.defaultsOf(section).lines().toList());
        }
    }

    @Test
    void theHelpOfConvHasEveryKeyUnbroken() {
        assertThat(run("bench", "conv", "--help")).isZero();
        assertThat(results.toString(StandardCharsets.UTF_8).lines().toList())
                .containsSequence(Settings.defaultsOf("bench").lines().toList());
    }
}
