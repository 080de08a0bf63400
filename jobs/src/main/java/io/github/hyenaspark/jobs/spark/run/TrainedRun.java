package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ModelUse;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;

/**
 * What the newest valid checkpoint of a run is good for besides further training.
 *
 * @param tokens trained on up to there
 * @param snapshot URI of the file of the snapshot that it was trained on
 * @param snapshotSha256 SHA-256 (hex) of that file
 * @param vocabularySize V of the model, ids
 * @param theta θ, P; not a copy
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
    /**
     * Opens a run.
     *
     * @throws IllegalArgumentException if it has no checkpoint
     * @throws CorruptFileException if it has checkpoints but none that is valid, or the tokenizer is not theirs
     */
    public static TrainedRun open(Storage storage, String directory) throws IOException {
        if (directory.isBlank()) {
            throw new IllegalArgumentException(
                    "run.dir: found nothing, expected the directory of a run; set run.dir=DIRECTORY");
        }
        Checkpoint checkpoint = CheckpointStore.open(storage, directory)
                .newestValid()
                .orElseThrow(() ->
                        new IllegalArgumentException("there is no checkpoint in " + directory + "; run train first"));
        return new TrainedRun(
                checkpoint.round(),
                checkpoint.tokens(),
                Settings.ofJson(checkpoint.settings()),
                checkpoint.dataset(),
                checkpoint.datasetSha256(),
                tokenizer(storage, checkpoint, directory),
                checkpoint.vocabularySize(),
                checkpoint.vector(Checkpoint.THETA));
    }

    /** The tokenizer that the run keeps; wherever the dataset is now. */
    private static Tokenizer tokenizer(Storage storage, Checkpoint checkpoint, String directory) throws IOException {
        Tokenizer tokenizer = RunTokenizer.read(storage, directory);
        if (!tokenizer.fingerprint().equals(checkpoint.tokenizer())) {
            throw new CorruptFileException(
                    directory,
                    "a checkpoint of the tokenizer " + tokenizer.name() + ", " + tokenizer.fingerprint(),
                    "one of the tokenizer " + checkpoint.tokenizer());
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
