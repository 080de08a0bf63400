package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ModelUse;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.util.List;
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
    private static final String AVERAGE = "average";
    private static final Pattern ROUND = Pattern.compile("\\d{1,12}");
    private static final Logger LOG = LoggerFactory.getLogger(TrainedRun.class);

    /** Refuses a setting {@code run.checkpoint} that names nothing. */
    public static void checkChoice(String checkpoint) {
        boolean fits = checkpoint.equals(NEWEST)
                || checkpoint.equals(AVERAGE)
                || ROUND.matcher(checkpoint).matches();
        String expected = NEWEST + ", " + AVERAGE + ", or the round of a checkpoint";
        Refusal.unless(fits, "run.checkpoint", checkpoint, expected);
    }

    /**
     * Opens the newest valid checkpoint of a run. IllegalArgumentException if it has no checkpoint.
     * CorruptFileException if it has checkpoints but none that is valid, or the tokenizer is not theirs.
     */
    public static TrainedRun open(Storage storage, String directory) throws IOException {
        Refusal.unless(!directory.isBlank(), "run.dir", "nothing", "the directory of a run; set run.dir=DIRECTORY");
        Checkpoint checkpoint = CheckpointStore.open(storage, directory)
                .newestValid()
                .orElseThrow(() ->
                        new IllegalArgumentException("there is no checkpoint in " + directory + "; run train first"));
        return of(storage, directory, checkpoint, checkpoint.vector(Checkpoint.THETA));
    }

    /**
     * Opens a run at the setting {@code run.checkpoint}: its newest checkpoint, that of a round, or one whose
     * parameters are the mean of those of all checkpoints that are there. IllegalArgumentException if there is no such
     * checkpoint. CorruptFileException as {@link #open(Storage, String)}, or if one of those named is damaged.
     */
    public static TrainedRun open(Storage storage, String directory, String checkpoint) throws IOException {
        checkChoice(checkpoint);
        if (checkpoint.equals(NEWEST) || directory.isBlank()) {
            return open(storage, directory);
        }
        CheckpointStore store = CheckpointStore.open(storage, directory);
        List<CheckpointManifest> there = store.manifests();
        List<Long> rounds =
                there.stream().map(manifest -> manifest.facts().round()).toList();
        List<CheckpointManifest> chosen = checkpoint.equals(AVERAGE)
                ? there
                : there.stream()
                        .filter(manifest -> manifest.facts().round() == Long.parseLong(checkpoint))
                        .limit(1)
                        .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("run.checkpoint: found " + checkpoint + ", expected a round of "
                    + directory + " that has a checkpoint: " + rounds);
        }
        if (chosen.size() > 1) {
            LOG.info("the mean of the checkpoints of rounds {} of {}", rounds, directory);
        }
        return of(storage, directory, chosen.get(0).facts(), mean(store, chosen));
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

    /** Summed in double and rounded once. */
    private static float[] mean(CheckpointStore store, List<CheckpointManifest> chosen) throws IOException {
        double[] sums = new double[Math.toIntExact(chosen.get(0).parameters())];
        for (CheckpointManifest manifest : chosen) {
            float[] theta = store.theta(manifest);
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
        HyenaLanguageModel network = HyenaLanguageModel.create(model(), vocabularySize, 0);
        network.parameters(theta);
        return network;
    }

    /** What tasks compute with: threads as in training, and all activations, since nothing goes back through them. */
    public ModelUse modelUse() {
        return new ModelUse(model(), vocabularySize, "none", train().threads());
    }
}
