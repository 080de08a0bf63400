package io.github.hyenaspark.data.prepare.segment;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SegmentIndex;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.DuplicateList;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes segments from the records of units, which are read by many threads at once. */
public final class SegmentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);

    /** Slices of files whose units make one segment, unless one unit has more: a commit holds them in memory. */
    static final int MOST_SLICES = 200_000;

    private SegmentWriter() {}

    /** Segments of units that are done, and the bytes of the files that were read for them. */
    public record Written(List<Segment.Entry> segments, long bytes) {
        public Written {
            segments = List.copyOf(segments);
        }
    }

    /** Writes finished units, in their order; IOException if one has no record. */
    public static Written write(Storage storage, DatasetSpec spec, List<WorkUnit> units) throws IOException {
        List<Segment.Entry> segments = new ArrayList<>();
        long bytes = 0;
        long gone = 0;
        for (List<WorkUnit> some : parts(units, unit -> unit.packed().count())) {
            List<UnitRecord> records = Requests.all(
                    some,
                    unit -> UnitRecord.find(storage, spec, unit)
                            .orElseThrow(() -> new IOException("unit " + unit.name() + " has no record "
                                    + UnitRecord.uri(spec, unit) + "; run prepare again")));
            gone += some.stream().mapToLong(unit -> unit.packed().count()).sum();
            for (UnitRecord record : records) {
                gone -= record.unit().packed().count();
                bytes += record.unit().bytes();
            }
            segments.add(write(
                    storage,
                    spec.config().dataset(),
                    TokenType.of(spec.vocabulary().size()),
                    records));
        }
        if (gone > 0) {
            LOG.warn("{} files were gone when their turn came; they are as if they had never been listed", gone);
        }
        return new Written(segments, bytes);
    }

    private static Segment.Entry write(Storage storage, String dataset, TokenType type, List<UnitRecord> records)
            throws IOException {
        List<UnitEntry> units = records.stream().map(UnitRecord::entry).toList();
        Segment.Entry entry = Segment.write(
                storage,
                dataset,
                records.stream()
                        .map(record -> new Segment.Line(record.entry(), record.tally()))
                        .toList(),
                (file, split) ->
                        SegmentIndex.write(storage, dataset, file, split, type, SegmentIndex.members(units, split)));
        SegmentInputs.write(
                storage, dataset, entry, records.stream().map(UnitRecord::unit).toList());
        return entry;
    }

    /** Writes the indexes of a segment again, as they were. */
    public static void index(Storage storage, String dataset, TokenType type, Segment.Entry entry) throws IOException {
        LOG.warn("segment {} has lost an index; it is written again", entry.id());
        Segment segment = Segment.read(storage, dataset, entry);
        List<UnitEntry> units = new ArrayList<>();
        segment.lines(storage, dataset, line -> units.add(line.unit()));
        for (Split split : Split.values()) {
            Optional<ObjectRef> index = segment.index(split);
            if (index.isPresent()) {
                SegmentIndex.write(
                        storage, dataset, index.get().file(), split, type, SegmentIndex.members(units, split));
            }
        }
    }

    /** The segments of a snapshot; one of an old format gets some, written from the records of its units. */
    public static List<Segment.Entry> of(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        if (snapshot.ownUnits().isEmpty()) {
            return snapshot.segments();
        }
        LOG.info(
                "reading the records of {} units: {} has an old format; hyena migrate writes it anew once",
                snapshot.ownUnits().size(),
                snapshot.uri(dataset));
        Map<String, DuplicateList> duplicates = new HashMap<>();
        SnapshotUnits.read(storage, dataset, snapshot, unit -> {
            if (!unit.duplicates().isEmpty()) {
                duplicates.put(unit.entry().name(), unit.duplicates());
            }
        });
        UnitRecord.UnitRecords records = UnitRecord.UnitRecords.of(storage, dataset, snapshot);
        List<Segment.Entry> segments = new ArrayList<>();
        for (List<UnitEntry> some : parts(snapshot.ownUnits(), unit -> 1)) {
            Segment.Entry entry = write(storage, dataset, snapshot.tokenType(), Requests.all(some, records::of));
            List<SnapshotUnits.Unit> affected = some.stream()
                    .map(unit -> new SnapshotUnits.Unit(
                            unit, duplicates.getOrDefault(unit.name(), DuplicateList.none(unit.name()))))
                    .filter(unit -> !unit.duplicates().isEmpty())
                    .toList();
            List<DuplicateList> lists =
                    Requests.all(affected, unit -> unit.duplicates().with(tokens(storage, dataset, snapshot, unit)));
            segments.add(DuplicateList.write(storage, dataset, entry, lists));
        }
        return segments;
    }

    /** Tokens to train on that are duplicates. */
    private static long tokens(Storage storage, String dataset, DatasetSnapshot snapshot, SnapshotUnits.Unit unit)
            throws IOException {
        long tokens = 0;
        Map<String, int[]> leftOut = unit.leftOut();
        for (ShardEntry shard : unit.entry().shards(Split.TRAIN)) {
            int[] documents = leftOut.getOrDefault(shard.file(), new int[0]);
            if (documents.length > 0) {
                try (ShardReader reader = ShardReader.open(storage, dataset, shard, snapshot.tokenType())) {
                    tokens += Arrays.stream(documents).mapToLong(reader::tokens).sum();
                }
            }
        }
        return tokens;
    }

    /** Cuts units, in their order, into those of one segment each. */
    static <T> List<List<T>> parts(List<T> units, ToLongFunction<T> slices) {
        return Requests.parts(units, Segment.MOST_UNITS, MOST_SLICES, slices);
    }
}
