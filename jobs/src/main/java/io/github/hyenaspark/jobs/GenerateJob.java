package io.github.hyenaspark.jobs;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import io.github.hyenaspark.model.Generator;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.Sampling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a checkpoint and a prompt to text, written as it comes. */
final class GenerateJob {
    private static final Logger LOG = LoggerFactory.getLogger(GenerateJob.class);

    private GenerateJob() {}

    static void run(Settings settings, Console console) throws IOException {
        GenerateConfig config = settings.bind("generate", GenerateConfig.class);
        RunConfig run = settings.bind("run", RunConfig.class);
        Sampling sampling = Sampling.of(config.temperature(), config.topK(), config.topP());
        Storage storage = SparkRuntime.storage();
        Checkpoint checkpoint = checkpoint(storage, run.dir());
        Settings trained = Settings.ofJson(checkpoint.settings());
        Tokenizer tokenizer = tokenizer(storage, checkpoint, run.dir());
        ModelConfig model = trained.bind("model", ModelConfig.class);
        int[] prompt = prompt(config.prompt(), tokenizer, model.lMax());
        LOG.info("round {} of {} continues {} tokens", checkpoint.round(), run.dir(), prompt.length);
        try (var text = new TextStream(console.results())) {
            Generator.of(model(model, checkpoint), checkpoint.vocabularySize(), model.lMax())
                    .generate(
                            prompt,
                            config.tokens(),
                            sampling,
                            config.seed(),
                            id -> {
                                text.write(tokenizer.decode(new int[] {id}));
                                return true;
                            });
        }
        console.results().println();
        console.results().flush();
    }

    private static Checkpoint checkpoint(Storage storage, String run) throws IOException {
        if (run.isBlank()) {
            throw new IllegalArgumentException(
                    "run.dir: found nothing, expected the directory of a run; set run.dir=DIRECTORY");
        }
        return CheckpointStore.open(storage, run)
                .newestValid()
                .orElseThrow(() -> new IllegalArgumentException(
                        "run.dir: there is no checkpoint in " + run + "; run train first"));
    }

    /** The tokenizer that the run keeps; wherever the dataset is now. */
    private static Tokenizer tokenizer(Storage storage, Checkpoint checkpoint, String run) throws IOException {
        Tokenizer tokenizer = RunTokenizer.read(storage, run);
        if (!tokenizer.fingerprint().equals(checkpoint.tokenizer())) {
            throw new CorruptFileException(
                    run,
                    "a checkpoint of the tokenizer " + tokenizer.name() + ", " + tokenizer.fingerprint(),
                    "one of the tokenizer " + checkpoint.tokenizer());
        }
        return tokenizer;
    }

    private static HyenaLanguageModel model(ModelConfig config, Checkpoint checkpoint) {
        HyenaLanguageModel model = HyenaLanguageModel.create(config, checkpoint.vocabularySize(), 0);
        model.parameters(checkpoint.vector(Checkpoint.THETA));
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
