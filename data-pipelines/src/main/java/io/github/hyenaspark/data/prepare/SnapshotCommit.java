package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.UnitEntry;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what the units gave as one snapshot, by creating one file exclusively; then brings the views for other
 * tools up to date. All numbers come from the units' records. Runs on one machine, after all units.
 */
public final class SnapshotCommit {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCommit.class);

    private final Storage storage;
    private final DataConfig config;

    SnapshotCommit(Storage storage, DataConfig config) {
        this.storage = storage;
        this.config = config;
    }

    /** Whether a commit made a new snapshot. */
    public enum Outcome {
        /** There is a new snapshot. */
        CREATED,
        /** The newest snapshot holds just this already. */
        UNCHANGED
    }

    /**
     * What a commit did.
     *
     * @param outcome whether the snapshot is new
     * @param snapshot the newest snapshot of the dataset
     */
    public record Result(Outcome outcome, DatasetSnapshot snapshot) {}

    /**
     * Commits the units of an input.
     *
     * @param units all of them, in the order of the input
     * @throws CorruptFileException if every document was refused, or a record or the newest snapshot cannot be read
     * @throws LockedException if somebody else has committed another snapshot meanwhile
     * @throws IOException if a unit has not been done
     */
    public static Result commit(Storage storage, DataConfig config, List<WorkUnit> units) throws IOException {
        var commit = new SnapshotCommit(storage, config);
        Optional<DatasetSnapshot> newest = DatasetSnapshot.find(storage, config.dataset());
        DatasetSnapshot next = commit.next(units, newest);
        if (newest.isPresent() && newest.get().sameContent(next)) {
            return commit.finished(Outcome.UNCHANGED, newest.get());
        }
        return commit.publish(next);
    }

    /** Creates the snapshot's file; the snapshot is new to the dataset as far as this commit knows. */
    Result publish(DatasetSnapshot next) throws IOException {
        String uri = next.uri(config.dataset());
        if (storage.createExclusively(uri, next.toJson())) {
            return finished(Outcome.CREATED, next);
        }
        if (Arrays.equals(storage.read(uri), next.toJson())) {
            return finished(Outcome.UNCHANGED, next);
        }
        throw new LockedException("another prepare has created " + uri + " meanwhile, from other documents; run prepare"
                + " again when no other one runs");
    }

    private List<UnitRecord> records(List<WorkUnit> units) throws IOException {
        List<UnitRecord> records = new ArrayList<>();
        for (WorkUnit unit : units) {
            Optional<UnitRecord> record = UnitRecord.find(storage, config, unit);
            records.add(record.orElseThrow(() -> new IOException(
                    "unit " + unit.name() + " has no record " + UnitRecord.uri(config, unit) + "; run prepare again")));
        }
        if (records.stream().allMatch(record -> record.documents().isEmpty())) {
            QuarantineRecord first = records.get(0).rejects().get(0);
            String found = "none: all "
                    + records.stream()
                            .mapToLong(record -> record.rejects().size())
                            .sum()
                    + " were refused, the first, " + first.uri() + ", at byte " + first.offset() + " ("
                    + first.reason() + ")";
            throw new CorruptFileException(
                    config.input(), "at least one usable document", found, "nothing has been committed");
        }
        return records;
    }

    /** The snapshot of these units that would follow the newest one. */
    DatasetSnapshot next(List<WorkUnit> workUnits, Optional<DatasetSnapshot> newest) throws IOException {
        List<UnitEntry> units = new ArrayList<>();
        List<ShardEntry> shards = new ArrayList<>();
        for (UnitRecord record : records(workUnits)) {
            units.add(record.entry());
            shards.addAll(record.shards());
        }
        return new DatasetSnapshot(
                newest.map(DatasetSnapshot::number).orElse(0L) + 1,
                newest.map(DatasetSnapshot::sha256).orElse(""),
                config.fingerprint(),
                config.identity(),
                config.vocabulary(),
                units,
                shards);
    }

    private Result finished(Outcome outcome, DatasetSnapshot snapshot) throws IOException {
        for (Split split : Split.values()) {
            String uri = Storage.resolve(config.dataset(), split.folder() + "/index.json");
            byte[] view = snapshot.mdsIndex(split, config.format());
            if (!Arrays.equals(readIfThere(uri), view)) {
                storage.replace(uri, view);
            }
            LOG.info(
                    "{}: {} documents, {} tokens in {} shards",
                    split.folder(),
                    snapshot.documents(split),
                    snapshot.tokens(split),
                    snapshot.shards(split).size());
        }
        if (snapshot.documents(Split.TRAIN) == 0) {
            LOG.warn("no document is left to train on; lower data.validation-fraction or name validation documents");
        }
        LOG.info(
                "snapshot {} {}", snapshot.uri(config.dataset()), outcome == Outcome.CREATED ? "created" : "unchanged");
        return new Result(outcome, snapshot);
    }

    private byte[] readIfThere(String uri) throws IOException {
        try {
            return storage.read(uri);
        } catch (FileNotFoundException e) {
            return new byte[0];
        }
    }
}
