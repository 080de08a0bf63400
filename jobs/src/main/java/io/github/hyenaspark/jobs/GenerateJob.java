package io.github.hyenaspark.jobs;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import io.github.hyenaspark.jobs.spark.TrainedRun;
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
        TrainedRun trained = TrainedRun.open(storage, run.dir());
        Tokenizer tokenizer = trained.tokenizer();
        ModelConfig model = trained.model();
        int[] prompt = prompt(config.prompt(), tokenizer, model.lMax());
        LOG.info("round {} of {} continues {} tokens", trained.round(), run.dir(), prompt.length);
        try (var text = new TextStream(console.results())) {
            Generator.of(model(trained), tokenizer.vocabularySize(), model.lMax())
                    .generate(
                            prompt,
                            config.tokens(),
                            sampling,
                            config.seed(),
                            id -> text.write(tokenizer.decode(new int[] {id})));
        }
        console.results().println();
        console.results().flush();
    }

    private static HyenaLanguageModel model(TrainedRun trained) {
        HyenaLanguageModel model =
                HyenaLanguageModel.create(trained.model(), trained.tokenizer().vocabularySize(), 0);
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
