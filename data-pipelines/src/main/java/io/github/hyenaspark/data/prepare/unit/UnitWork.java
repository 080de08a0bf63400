package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares one work unit: a pure function of unit, spec and texts. It writes immutable objects and, last, one record
 * that only the first of several attempts creates; so attempts may be repeated, killed, or run concurrently. It
 * publishes nothing: see {@link SnapshotCommit}.
 */
public final class UnitWork {
    private static final Logger LOG = LoggerFactory.getLogger(UnitWork.class);
    private static final long MILLIS_PER_SECOND = 1000;

    private final WorkUnit unit;
    private final DatasetSpec spec;
    private final Tokenizer tokenizer;
    private final Storage storage;
    /** Truncated files, of which nothing is taken, by path. */
    private final Map<String, BadFileException> unreadable = new TreeMap<>();
    /** Paths of files that are gone since they were listed: the unit is made as if they had never been there. */
    private final Set<String> gone = new HashSet<>();
    /** What the store says of the content of files that were read, by path; empty where it says nothing. */
    private final Map<String, String> checksums = new TreeMap<>();

    private final Optional<UnitRecord> before;

    private UnitWork(
            WorkUnit unit, DatasetSpec spec, Tokenizer tokenizer, Storage storage, Optional<UnitRecord> before) {
        this.before = before;
        this.unit = unit;
        this.spec = spec;
        this.tokenizer = tokenizer;
        this.storage = storage;
    }

    /**
     * Prepares a unit unless it is done, without files that are gone; throws if one has changed since it was listed, or
     * is gone with its folder or after other slices of it may have been prepared.
     */
    public static UnitRecord run(WorkUnit unit, DatasetSpec spec, Tokenizer tokenizer, Storage storage)
            throws IOException {
        Optional<UnitRecord> done = UnitRecord.find(storage, spec, unit);
        if (done.isPresent() && done.get().isIntact(storage, spec.config().dataset())) {
            return done.get();
        }
        return new UnitWork(unit, spec, tokenizer, storage, done).prepare();
    }

    private UnitRecord prepare() throws IOException {
        TestPoint.reached("unit {} begun", unit.name());
        Optional<UnitRecord> record = attempt();
        while (record.isEmpty()) {
            // Files are gone, or archives were cut short, which shows late: begin again without them.
            record = attempt();
        }
        publish(record.get());
        return record.get();
    }

    /** Empty if files were found to be unreadable or gone, which are then remembered. */
    private Optional<UnitRecord> attempt() throws IOException {
        boolean complete = true;
        try (var output = new UnitOutput(spec, tokenizer)) {
            for (Slice slice : unit.slices()) {
                complete &= isTaken(slice, output); // the others are read all the same: they may be unreadable too
            }
            if (!complete) {
                return Optional.empty();
            }
            spec.checkBed(storage);
            TestPoint.reached("unit {} read", unit.name());
            return Optional.of(write(output));
        }
    }

    /** False if its file was found to be unreadable or gone, and was not yet known to be. */
    private boolean isTaken(Slice slice, UnitOutput output) throws IOException {
        InputFile file = slice.file();
        BadFileException known = unreadable.get(file.path());
        if (known != null) {
            output.refuseFile(file, known);
            return true;
        }
        if (gone.contains(file.path())) {
            return true;
        }
        try {
            Optional<BadFileException> fault = take(slice, output);
            askForChecksum(slice); // before the file is found unchanged: it is that of the texts that were read
            checkUnchanged(file);
            fault.ifPresent(found -> {
                LOG.warn("refused {}: {}", file.uri(), found.reason());
                unreadable.put(file.path(), found);
            });
            return fault.isEmpty();
        } catch (FileNotFoundException e) {
            if (!slice.isWhole() || !isGone(file)) {
                throw e;
            }
            LOG.warn("{} is gone since it was listed", file.uri());
            gone.add(file.path());
            return false;
        }
    }

    /** Not if its folder is gone, too, as where it is not mounted. */
    private boolean isGone(InputFile file) throws IOException {
        String folder = file.uri().substring(0, file.uri().lastIndexOf('/') + 1);
        return !storage.exists(file.uri()) && storage.exists(folder);
    }

    /** Why nothing can be taken from its file, if so. */
    private Optional<BadFileException> take(Slice slice, UnitOutput output) throws IOException {
        try {
            output.take(storage, slice);
            return Optional.empty();
        } catch (BadFileException e) {
            return Optional.of(e);
        }
    }

    /** Of a file in many units only the first, which a plan looks at: HDFS is asked for each block of the file. */
    private void askForChecksum(Slice slice) throws IOException {
        InputFile file = slice.file();
        if (slice.from() == 0 && file.etag().isEmpty()) {
            checksums.put(file.path(), storage.checksum(file.uri()));
        }
    }

    private UnitRecord write(UnitOutput output) throws IOException {
        String dataset = spec.config().dataset();
        List<ShardEntry> shards = output.writeShards(storage, dataset, unit.name());
        TestPoint.reached("unit {} has its shards", unit.name());
        List<ObjectRef> objects =
                new ArrayList<>(output.writeObjects(storage, dataset, unit.name(), before.flatMap(UnitRecord::table)));
        TestPoint.reached("unit {} has its objects", unit.name());
        return new UnitRecord(asRead(), output.tally(), shards, objects);
    }

    /**
     * The unit without files that are gone, and with what the store says of the others' content, by which they are
     * known if they are written again.
     */
    private WorkUnit asRead() {
        List<Slice> slices = new ArrayList<>();
        for (Slice slice : unit.slices()) {
            InputFile file = slice.file();
            if (gone.contains(file.path())) {
                continue;
            }
            String checksum = checksums.getOrDefault(file.path(), "");
            slices.add(
                    checksum.isEmpty()
                            ? slice
                            : new Slice(file.with(InputFile.CHECKSUM + checksum), slice.from(), slice.to()));
        }
        return new WorkUnit(unit.name(), slices);
    }

    private void publish(UnitRecord record) throws IOException {
        String uri = UnitRecord.uri(spec, unit);
        TestPoint.reached("before the record of unit {}", unit.name());
        if (!isPublished(uri, record)) {
            throw new IOException(
                    "the unit record " + uri + " is for other texts: a file has changed without changing its"
                            + " length or its time of change; delete the record and run prepare again");
        }
        TestPoint.reached("unit {} has its record", unit.name());
    }

    /** False if there is another, intact record of other documents. */
    private boolean isPublished(String uri, UnitRecord record) throws IOException {
        byte[] bytes = record.toJson();
        if (storage.createExclusively(uri, bytes)) {
            return true;
        }
        Optional<UnitRecord> found = UnitRecord.find(storage, spec, unit);
        if (found.isPresent()) {
            return found.get().entry().equals(record.entry())
                    || found.get().isMadeAgain(record, storage, spec.config().dataset());
        }
        storage.delete(uri);
        return storage.createExclusively(uri, bytes) || Arrays.equals(storage.read(uri), bytes);
    }

    /** Compares seconds: S3's listing is more precise than its answer for a single object. */
    private void checkUnchanged(InputFile file) throws IOException {
        FileInfo now = storage.facts(file.uri());
        boolean sameTime = now.modifiedMillis() / MILLIS_PER_SECOND == file.modifiedMillis() / MILLIS_PER_SECOND;
        if (now.bytes() != file.bytes() || !sameTime) {
            throw new IOException(file.uri() + " has changed while it was read: listed with " + file.bytes()
                    + " bytes, found " + now.bytes() + "; run prepare again");
        }
    }
}
