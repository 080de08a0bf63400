package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.prepare.Recipe;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other tools look at: an {@code index.json} for each split, and {@code _SUCCESS} for schedulers. They follow the
 * newest snapshot and are written after it; nothing here reads them.
 *
 * @param storage where the dataset is
 * @param recipe the dataset's
 */
record SnapshotViews(Storage storage, Recipe recipe) {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotViews.class);
    static final String SUCCESS = "_SUCCESS";

    /** What says to schedulers that a snapshot is there, and which. */
    static byte[] success(DatasetSnapshot snapshot) {
        return Json.bytes(Json.object().put("snapshot", snapshot.number()).put("sha256", snapshot.sha256()));
    }

    /** Writes the views that are not what they should be. */
    SnapshotCommit.Result bring(SnapshotCommit.Outcome outcome, DatasetSnapshot snapshot) throws IOException {
        for (Split split : Split.values()) {
            bring(split.folder() + "/index.json", snapshot.mdsIndex(split, recipe.format()));
            LOG.info(
                    "{}: {} documents, {} tokens in {} shards",
                    split.folder(),
                    snapshot.documents(split),
                    snapshot.tokens(split),
                    snapshot.shards(split).size());
        }
        bring(SUCCESS, success(snapshot));
        if (snapshot.documents(Split.TRAIN) == 0) {
            LOG.warn("no document is left to train on; lower data.validation-fraction or name validation documents");
        }
        String uri = snapshot.uri(recipe.config().dataset());
        LOG.info("snapshot {} {}", uri, outcome == SnapshotCommit.Outcome.CREATED ? "created" : "unchanged");
        return new SnapshotCommit.Result(outcome, snapshot);
    }

    private void bring(String file, byte[] view) throws IOException {
        String uri = Storage.resolve(recipe.config().dataset(), file);
        if (!Arrays.equals(readIfThere(uri), view)) {
            LOG.debug("point: before replacing {}", uri);
            storage.replace(uri, view);
            LOG.debug("point: replaced {}", uri);
        }
    }

    private byte[] readIfThere(String uri) throws IOException {
        try {
            return storage.read(uri);
        } catch (FileNotFoundException e) {
            return new byte[0];
        }
    }
}
