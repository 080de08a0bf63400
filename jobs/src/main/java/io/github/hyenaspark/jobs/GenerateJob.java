package io.github.hyenaspark.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import io.github.hyenaspark.jobs.spark.TrainedRun;
import io.github.hyenaspark.model.Generator;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.Sampling;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a checkpoint and a prompt to text, written as it comes; or from a file of prompts to a line of JSON for each.
 */
final class GenerateJob {
    private static final Logger LOG = LoggerFactory.getLogger(GenerateJob.class);

    private final GenerateConfig config;
    private final Sampling sampling;
    private final Tokenizer tokenizer;
    private final Generator generator;
    private final int lMax;
    private long tokens;
    private long nanos;

    private GenerateJob(GenerateConfig config, Sampling sampling, TrainedRun trained) {
        this.config = config;
        this.sampling = sampling;
        tokenizer = trained.tokenizer();
        lMax = trained.model().lMax();
        generator = Generator.of(model(trained), trained.vocabularySize(), lMax);
    }

    static void run(Settings settings, Console console) throws IOException {
        GenerateConfig config = settings.bind("generate", GenerateConfig.class);
        String run = settings.bind("run", RunConfig.class).dir();
        Sampling sampling = Sampling.of(config.temperature(), config.topK(), config.topP());
        Storage storage = SparkRuntime.storage();
        TrainedRun trained = TrainedRun.open(storage, run);
        List<String> prompts = config.prompts().isEmpty() ? List.of() : prompts(storage, config.prompts());
        var job = new GenerateJob(config, sampling, trained);
        LOG.info("round {} of {}", trained.round(), run);
        if (prompts.isEmpty()) {
            job.stream(console.results());
        }
        for (int number = 0; number < prompts.size(); number++) {
            console.result(job.result(prompts.get(number), config.seed() + number));
        }
        console.messages().println(job.speed());
    }

    /** The continuation of the only prompt, as it comes. */
    private void stream(PrintStream results) {
        try (var text = new TextStream(results)) {
            generate(config.prompt(), config.seed(), text::write);
        }
        results.println();
        results.flush();
    }

    private ObjectNode result(String prompt, long seed) {
        var text = new ByteArrayOutputStream();
        int count = generate(prompt, seed, text::writeBytes);
        return Json.object()
                .put("prompt", prompt)
                .put("text", text.toString(StandardCharsets.UTF_8))
                .put("tokens", count)
                .put("seed", seed);
    }

    /** The tokens of one continuation. */
    private int generate(String prompt, long seed, Consumer<byte[]> text) {
        int[] ids = prompt(prompt, tokenizer, lMax);
        var stop = new StopSequences(config.stop(), text);
        long start = System.nanoTime();
        int count = generator.generate(
                ids, config.tokens(), sampling, seed, id -> stop.write(tokenizer.decode(new int[] {id})));
        nanos += System.nanoTime() - start;
        tokens += count;
        stop.finish();
        return count;
    }

    private String speed() {
        double seconds = nanos * 1e-9;
        return String.format(Locale.ROOT, "%d tokens in %.2f s, %.0f tokens/s", tokens, seconds, tokens / seconds);
    }

    /** The lines of a file that are not blank. */
    private static List<String> prompts(Storage storage, String file) throws IOException {
        List<String> prompts = new String(storage.read(file), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException(
                    "generate.prompts: " + file + " has no text, expected a prompt on each line");
        }
        return prompts;
    }

    private static HyenaLanguageModel model(TrainedRun trained) {
        HyenaLanguageModel model = HyenaLanguageModel.create(trained.model(), trained.vocabularySize(), 0);
        model.parameters(trained.theta());
        return model;
    }

    /** The tail of a prompt that is longer than the model reads; without a prompt, the end of a document before. */
    static int[] prompt(String text, Tokenizer tokenizer, int lMax) {
        int[] ids = tokenizer.encode(text.getBytes(StandardCharsets.UTF_8));
        if (ids.length == 0) {
            return new int[] {tokenizer.endOfDocument()};
        }
        return Arrays.copyOfRange(ids, Math.max(0, ids.length - lMax), ids.length);
    }
}
