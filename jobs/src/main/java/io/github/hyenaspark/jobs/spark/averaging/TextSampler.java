package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.Sampling;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the model of a run continue a prompt after every so many rounds and after the last, always with the same chance.
 * Training neither waits for the text nor depends on it: it is made in a thread of its own and told in the line of a
 * later round, a text that takes longer than ten seconds ends there, and one that cannot be made is a warning. Only one
 * thread may call this, but for {@link #hurry}.
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
    private Optional<CompletableFuture<Optional<ObjectNode>>> making = Optional.empty();
    private final CompletableFuture<Optional<ObjectNode>> hurry = new CompletableFuture<>();

    /** @param model whose parameters nobody else needs */
    public TextSampler(Config config, TrainingPlan plan, HyenaLanguageModel model, Storage storage) {
        this.config = config;
        this.plan = plan;
        this.model = model;
        this.storage = storage;
    }

    /**
     * Begins a sample after a round that is due one, and adds to the round's line of the journal what is finished: the
     * sample of the job's {@code last} round as {@code sample}, for which this waits since nobody trains any more, and
     * those of earlier rounds as {@code late_samples}, each with its round and steps. A round has no sample while that
     * of an earlier one is still being made.
     */
    void addTo(ObjectNode line, RunState after, boolean last) {
        takeFinished(line);
        long round = after.round();
        if (config.everyRounds() == 0 || (round % config.everyRounds() != 0 && !last)) {
            return;
        }
        if (last) {
            await();
            takeFinished(line);
            if (!hurry.isDone()) {
                begin(after, Json.object());
                await();
                finished().ifPresent(sample -> line.set("sample", sample));
            }
        } else if (making.isEmpty()) {
            ObjectNode late = Json.object().put("round", round);
            if (line.has("steps")) {
                late.set("steps", line.get("steps"));
            }
            begin(after, late);
        }
    }

    /** Waits for the sample that is being made, if one is, at most about ten seconds, or until {@link #hurry}. */
    void await() {
        making.ifPresent(sample -> CompletableFuture.anyOf(sample, hurry).join());
    }

    /** From now on no sample is waited for: the process is about to end. Any thread may call this. */
    void hurry() {
        hurry.complete(Optional.empty());
    }

    private void begin(RunState after, ObjectNode sample) {
        making = Optional.of(CompletableFuture.supplyAsync(() -> sample(after, sample), TextSampler::inItsOwnThread));
    }

    private static void inItsOwnThread(Runnable making) {
        var thread = new Thread(making, "hyena-samples");
        thread.setDaemon(true);
        thread.start();
    }

    private Optional<ObjectNode> sample(RunState after, ObjectNode sample) {
        try {
            return Optional.of(sample.put("prompt", config.prompt())
                    .put("text", text(after.state().theta())));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            LOG.warn("no sample of text after round {}; training continues: {}", after.round(), e.toString());
            return Optional.empty();
        }
    }

    private void takeFinished(ObjectNode line) {
        finished().ifPresent(sample -> line.withArray("late_samples").add(sample));
    }

    /** The sample that was begun last, once; empty while it is being made and if it cannot be. */
    private Optional<ObjectNode> finished() {
        if (making.isEmpty() || !making.get().isDone()) {
            return Optional.empty();
        }
        Optional<ObjectNode> sample = making.get().getNow(Optional.empty());
        making = Optional.empty();
        return sample;
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
     * The section {@code run.sample}: texts in the report of a run after every so many rounds, 0 for none, of at least
     * 1 token. An empty prompt is the beginning of a document.
     */
    public record Config(long everyRounds, String prompt, int tokens) {
        public Config {
            Refusal.unless(everyRounds >= 0, "every-rounds", everyRounds, "0 (no samples) or more");
            Refusal.below(1, "tokens", tokens);
        }
    }
}
