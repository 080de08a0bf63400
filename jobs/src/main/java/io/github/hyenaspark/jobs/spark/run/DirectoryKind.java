package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Locale;

/** What a directory can be. One that an older version began may be several of these. */
public enum DirectoryKind {
    RUN,
    DATASET,
    FITTING;

    /** Whether a directory is of this kind; one request. */
    public boolean isIn(Storage storage, String directory) throws IOException {
        return switch (this) {
            case RUN -> CheckpointStore.open(storage, directory).hasCheckpoints();
            case DATASET -> !DatasetSnapshot.uris(storage, directory).isEmpty();
            case FITTING -> storage.exists(new FittingDirectory(directory).settings());
        };
    }

    /**
     * To be asked before a new one of this kind begins. IllegalArgumentException if the directory is of another kind.
     *
     * @param setting that names the directory
     */
    public void refuseIfOther(Storage storage, String setting, String directory) throws IOException {
        String expected = "one for the new " + this + " alone; choose another directory";
        for (DirectoryKind other : values()) {
            if (other != this) {
                String found = directory + ", the directory of a " + other;
                Refusal.unless(!other.isIn(storage, directory), setting, found, expected);
            }
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
