package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.averaging.TextGenerator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/** Continues prompts, streamed or as lines of JSON, and measures the speed. */
final class Continuations {
    private final GenerateJob.Config config;
    private final TextGenerator generator;
    private long tokens;
    private long nanos;

    Continuations(GenerateJob.Config config, TextGenerator generator) {
        this.config = config;
        this.generator = generator;
    }

    void stream(String prompt, long seed, PrintStream results) {
        try (var text = new Utf8Writer(results)) {
            generate(prompt, seed, text::write);
        }
        results.println();
        results.flush();
    }

    ObjectNode result(String prompt, long seed) {
        var text = new ByteArrayOutputStream();
        int count = generate(prompt, seed, text::writeBytes);
        return Json.object()
                .put("prompt", prompt)
                .put("text", text.toString(StandardCharsets.UTF_8))
                .put("tokens", count)
                .put("seed", seed);
    }

    private int generate(String prompt, long seed, Consumer<byte[]> text) {
        var stop = new StopSequences(config.stop(), text);
        long start = System.nanoTime();
        int count = generator.generate(prompt, config.tokens(), config.sampling(), seed, stop::write);
        nanos += System.nanoTime() - start;
        tokens += count;
        stop.finish();
        return count;
    }

    String speed() {
        double seconds = nanos * 1e-9;
        return String.format(
                Locale.ROOT, "%d tokens in %.2f s, %.0f tokens/s", tokens, seconds, tokens / Math.max(seconds, 1e-9));
    }
}
