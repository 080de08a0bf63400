package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.kernel.KernelChoice;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a checkpoint of a run is good for besides further training. The round is the newest of a mean; tokens are those
 * trained on up to there; the snapshot has the URI and SHA-256 (hex) of the file trained on; V is in ids; θ has P and
 * is not a copy.
 */
public record TrainedRun(
        long round,
        long tokens,
        Settings settings,
        String snapshot,
        String snapshotSha256,
        Tokenizer tokenizer,
        int vocabularySize,
        float[] theta) {
    public static final String NEWEST = "newest";
    public static final String AVERAGE = "average";
    public static final String BEST = "best";
    private static final int LOOKS = 5;
    private static final Pattern ROUND = Pattern.compile("\\d{1,12}");
    private static final Logger LOG = LoggerFactory.getLogger(TrainedRun.class);

    /** Refuses a setting {@code run.checkpoint} that names nothing. */
    public static void checkChoice(String checkpoint) {
        boolean fits = checkpoint.equals(NEWEST)
                || checkpoint.equals(AVERAGE)
                || checkpoint.equals(BEST)
                || ROUND.matcher(checkpoint).matches();
        String expected = NEWEST + ", " + BEST + ", " + AVERAGE + ", or the round of a checkpoint";
        Refusal.unless(fits, "run.checkpoint", checkpoint, expected);
    }

    /**
     * Opens the newest checkpoint of a run whose parameters are intact. IllegalArgumentException if it has no
     * checkpoint. CorruptFileException if it has checkpoints but none whose parameters are, or the tokenizer is not
     * theirs.
     */
    public static TrainedRun open(Storage storage, String directory) throws IOException {
        Refusal.unless(!directory.isBlank(), "run.dir", "nothing", "the directory of a run; set run.dir=DIRECTORY");
        Checkpoint checkpoint = CheckpointStore.open(storage, directory)
                .newestModel()
                .orElseThrow(() ->
                        new IllegalArgumentException("there is no checkpoint in " + directory + "; run train first"));
        return of(storage, directory, checkpoint, checkpoint.vector(Checkpoint.THETA));
    }

    /**
     * Opens a run at the setting {@code run.checkpoint}: its newest checkpoint, that of a round, that of the lowest
     * held-out loss, or one whose parameters are the mean of those of the newest {@code checkpoint.keep} that are there
     * and that it trained. IllegalArgumentException if there is no such checkpoint. CorruptFileException as
     * {@link #open(Storage, String)}, or if one of those named is damaged. What a training deletes meanwhile is not: it
     * looks again for what is there then, a few times; FileNotFoundException if that was never there long enough.
     */
    public static TrainedRun open(Storage storage, String directory, String checkpoint) throws IOException {
        checkChoice(checkpoint);
        if (checkpoint.equals(NEWEST) || directory.isBlank()) {
            return open(storage, directory);
        }
        CheckpointStore store = CheckpointStore.open(storage, directory);
        for (int look = 1; ; look++) {
            List<CheckpointManifest> there = store.manifests();
            List<CheckpointManifest> chosen = checkpoint.equals(AVERAGE)
                    ? newest(there)
                    : there.stream().filter(chosen(checkpoint, there)).limit(1).toList();
            if (there.isEmpty() && look < LOOKS) {
                continue; // all that were listed were deleted before they were read: newer ones are there then
            }
            if (chosen.isEmpty()) {
                String keep = checkpoint.equals(BEST) ? "; train keeps the best with checkpoint.keep-best=true" : "";
                throw new IllegalArgumentException("run.checkpoint: found " + checkpoint + ", expected a round of "
                        + directory + " that has a checkpoint: " + rounds(there) + keep);
            }
            if (chosen.size() > 1) {
                LOG.info("the mean of the checkpoints of rounds {} of {}", rounds(chosen), directory);
            } else if (checkpoint.equals(AVERAGE)) {
                LOG.warn(
                        "{} keeps one checkpoint, of round {}, so run.checkpoint=average is no mean: keep more with"
                                + " checkpoint.keep",
                        directory,
                        rounds(chosen));
            }
            float[] theta;
            try {
                theta = mean(storage, store, directory, chosen);
            } catch (FileNotFoundException e) {
                if (look == LOOKS) {
                    throw e;
                }
                LOG.info("looking again for checkpoints in {}: {}", directory, e.getMessage());
                continue;
            }
            return of(storage, directory, chosen.get(0).facts(), theta);
        }
    }

    /**
     * Opens a run as {@link #open(Storage, String, String)}, or an export, which is at round 0 and has no dataset.
     * IllegalArgumentException if the directory has neither, or an export lacks its tokenizer or its parameters.
     */
    public static TrainedRun ofRunOrExport(Storage storage, String directory, String checkpoint) throws IOException {
        var exported = new ExportedModel(storage, directory);
        if (directory.isBlank() || !exported.exists()) {
            return open(storage, directory, checkpoint);
        }
        Refusal.unless(
                checkpoint.equals(NEWEST),
                "run.checkpoint",
                checkpoint,
                NEWEST + ": " + directory + " is an export, and has one only");
        Refusal.unless(
                exported.hasTokenizer(),
                "the export",
                directory + " without " + RunTokenizer.FILE,
                "one that has it; copy it there, or import the model into a run");
        Settings settings = Settings.load(exported.settings("the export"));
        Tokenizer tokenizer = RunTokenizer.read(storage, directory);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        float[] theta = exported.theta("the export", model, exported.table(model, tokenizer));
        return new TrainedRun(0, 0, settings, "", "", tokenizer, tokenizer.vocabularySize(), theta);
    }

    /**
     * Says how many tokens this JVM will read with the model in all, by which the kernels that it uses are chosen: one
     * multiplication and one addition for each parameter and token, and for those of one more sequence, since filters
     * are made for its length.
     */
    public void expect(long tokens) {
        KernelChoice.expect(2.0 * theta.length * (tokens + model().lMax()));
    }

    private static TrainedRun of(Storage storage, String directory, Checkpoint facts, float[] theta)
            throws IOException {
        return new TrainedRun(
                facts.round(),
                facts.tokens(),
                Settings.ofJson(facts.settings()),
                facts.dataset(),
                facts.datasetSha256(),
                tokenizer(storage, facts.tokenizer(), directory),
                facts.vocabularySize(),
                theta);
    }

    private static List<Long> rounds(List<CheckpointManifest> there) {
        return there.stream().map(manifest -> manifest.facts().round()).toList();
    }

    /**
     * Without an older best one that is there besides those, and without the imported model if the run has trained it;
     * a round that was saved again counts once.
     */
    private static List<CheckpointManifest> newest(List<CheckpointManifest> there) throws IOException {
        if (there.isEmpty()) {
            return there;
        }
        byte[] settings = there.get(0).facts().settings().getBytes(StandardCharsets.UTF_8);
        int keep = Json.parse("the settings", settings).at("/checkpoint/keep").asInt(there.size());
        Map<Long, CheckpointManifest> rounds = new LinkedHashMap<>();
        boolean trained = !there.get(0).facts().isImported();
        there.stream()
                .filter(manifest -> !(trained && manifest.facts().isImported()))
                .forEach(manifest -> rounds.putIfAbsent(manifest.facts().round(), manifest));
        return rounds.values().stream().limit(keep).toList();
    }

    /** Of the checkpoint of a round, or of the round that was the best up to the newest. */
    private static Predicate<CheckpointManifest> chosen(String checkpoint, List<CheckpointManifest> there) {
        long round = !checkpoint.equals(BEST)
                ? Long.parseLong(checkpoint)
                : there.isEmpty() ? 0 : there.get(0).facts().progress().best().round();
        boolean unmeasured = checkpoint.equals(BEST) && round == 0; // which is the round of an imported model, too
        return manifest -> !unmeasured && manifest.facts().round() == round;
    }

    /** Of several, summed in double and rounded once. */
    private static float[] mean(
            Storage storage, CheckpointStore store, String directory, List<CheckpointManifest> chosen)
            throws IOException {
        if (chosen.size() == 1) {
            return theta(storage, store, directory, chosen.get(0));
        }
        long parameters = chosen.get(0).parameters();
        new MemoryNeeds(
                        "the mean of " + chosen.size() + " checkpoints",
                        (Double.BYTES + Float.BYTES) * parameters,
                        0,
                        0,
                        0,
                        0,
                        "take run.checkpoint=newest or best")
                .refuseUnlessTheyFit(0);
        double[] sums = new double[Math.toIntExact(parameters)];
        for (CheckpointManifest manifest : chosen) {
            float[] theta = theta(storage, store, directory, manifest);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += theta[i];
            }
        }
        float[] mean = new float[sums.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sums[i] / chosen.size());
        }
        return mean;
    }

    /** FileNotFoundException if the checkpoint was deleted: its manifest goes first. */
    private static float[] theta(Storage storage, CheckpointStore store, String directory, CheckpointManifest manifest)
            throws IOException {
        String uri = Storage.resolve(directory, manifest.path());
        try {
            return store.theta(manifest);
        } catch (FileNotFoundException e) {
            if (!storage.exists(uri)) {
                throw e;
            }
            return CorruptFileException.unlessMissing(uri, "its file of parameters", () -> store.theta(manifest));
        }
    }

    /** The tokenizer that the run keeps; wherever the dataset is now. */
    private static Tokenizer tokenizer(Storage storage, String expected, String directory) throws IOException {
        Tokenizer tokenizer = RunTokenizer.read(storage, directory);
        if (!tokenizer.fingerprint().equals(expected)) {
            throw new CorruptFileException(
                    directory,
                    "a checkpoint of the tokenizer " + tokenizer.name() + ", " + tokenizer.fingerprint(),
                    "one of the tokenizer " + expected);
        }
        return tokenizer;
    }

    public ModelConfig model() {
        return settings.bind("model", ModelConfig.class);
    }

    public TrainConfig train() {
        return settings.bind("train", TrainConfig.class);
    }

    public HyenaLanguageModel network() {
        HyenaLanguageModel network = HyenaLanguageModel.blank(model(), vocabularySize);
        network.parameters(theta);
        return network;
    }
}
