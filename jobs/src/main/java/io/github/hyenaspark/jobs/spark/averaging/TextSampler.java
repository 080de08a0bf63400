package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.Sampling;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the model of a run continue a prompt after every so many rounds and after the last, always with the same chance.
 * Training neither waits for the text nor depends on it: a text that takes longer than ten seconds ends there, and one
 * that cannot be made is a warning. Not thread-safe.
 */
public final class TextSampler {
    private static final Logger LOG = LoggerFactory.getLogger(TextSampler.class);
    private static final Sampling SAMPLING = Sampling.of(0.8, 0, 1);
    private static final long SEED = 1;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Config config;
    private final TrainingPlan plan;
    private final HyenaLanguageModel model;
    private final Storage storage;
    private Optional<TextGenerator> generator = Optional.empty();

    /**
     * A sampler of a run that keeps its tokenizer.
     *
     * @param model whose parameters nobody else needs
     */
    public TextSampler(Config config, TrainingPlan plan, HyenaLanguageModel model, Storage storage) {
        this.config = config;
        this.plan = plan;
        this.model = model;
        this.storage = storage;
    }

    /** Adds a sample to the line of the journal that tells of a round, if one is due. */
    void addTo(ObjectNode line, RunState after) {
        boolean last = after.round() == plan.train().rounds();
        if (config.everyRounds() == 0 || (after.round() % config.everyRounds() != 0 && !last)) {
            return;
        }
        try {
            String text = text(after.state().theta());
            line.set("sample", Json.object().put("prompt", config.prompt()).put("text", text));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            LOG.warn("no sample of text after round {}; training goes on: {}", after.round(), e.toString());
        }
    }

    /** What is no UTF-8 becomes the replacement character. */
    private String text(float[] theta) throws IOException {
        if (generator.isEmpty()) {
            Tokenizer tokenizer = RunTokenizer.read(storage, plan.run());
            generator = Optional.of(
                    new TextGenerator(model, plan.vocabularySize(), plan.model().lMax(), tokenizer));
        }
        model.parameters(theta);
        var bytes = new ByteArrayOutputStream();
        long end = System.nanoTime() + LONGEST_NANOS;
        generator.get().generate(config.prompt(), config.tokens(), SAMPLING, SEED, token -> {
            bytes.writeBytes(token);
            return System.nanoTime() < end;
        });
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /**
     * The section {@code run.sample}: texts in the report of a run, which show what its model has learnt.
     *
     * @param everyRounds rounds between two of them; 0 for none
     * @param prompt that they continue; empty for the beginning of a document
     * @param tokens of each at most, at least 1
     */
    public record Config(long everyRounds, String prompt, int tokens) {
        public Config {
            if (everyRounds < 0) {
                throw new IllegalArgumentException(
                        "every-rounds: found " + everyRounds + ", expected 0 (no samples) or more");
            }
            if (tokens < 1) {
                throw new IllegalArgumentException("tokens: found " + tokens + ", expected at least 1");
            }
        }
    }
}
