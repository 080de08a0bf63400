package io.github.hyenaspark.jobs.infer;

import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import java.io.IOException;

/**
 * The data that a trained model is measured on.
 *
 * @param directory of the dataset
 * @param snapshot of it
 */
record RunDataset(String directory, DatasetSnapshot snapshot) {
    /**
     * The snapshot that the settings name; where they name no dataset, the one that the run was trained on.
     *
     * @throws IllegalArgumentException if it is not there, or of another tokenizer
     * @throws CorruptFileException if it is damaged
     */
    static RunDataset find(Storage storage, TrainedRun run, DataConfig data) throws IOException {
        String directory = data.dataset().isBlank() ? run.snapshot().replaceFirst("/[^/]*/[^/]*$", "") : data.dataset();
        boolean asTrained = data.dataset().isBlank() && data.snapshot().isBlank();
        DatasetSnapshot snapshot =
                asTrained ? trainedOn(storage, run) : DatasetSnapshot.numbered(storage, directory, data.snapshot());
        String found = snapshot.vocabulary().fingerprint();
        if (!found.equals(run.tokenizer().fingerprint())) {
            throw new IllegalArgumentException("data.dataset: " + directory + " has the tokenizer "
                    + snapshot.vocabulary().tokenizer() + " (" + found + "), expected that of the run, "
                    + run.tokenizer().name() + " (" + run.tokenizer().fingerprint()
                    + "); prepare the documents with that one");
        }
        return new RunDataset(directory, snapshot);
    }

    private static DatasetSnapshot trainedOn(Storage storage, TrainedRun run) throws IOException {
        if (!storage.exists(run.snapshot())) {
            throw new IllegalArgumentException("data.dataset: " + run.snapshot()
                    + ", which the run was trained on, is not there; say with data.dataset where the dataset is now");
        }
        byte[] bytes = storage.read(run.snapshot());
        String found = Hashes.sha256(bytes);
        if (!found.equals(run.snapshotSha256())) {
            throw new CorruptFileException(
                    run.snapshot(),
                    "the snapshot that the run was trained on, with SHA-256 " + run.snapshotSha256(),
                    "SHA-256 " + found,
                    "name a dataset to measure on with data.dataset");
        }
        return DatasetSnapshot.fromJson(run.snapshot(), bytes);
    }
}
