package io.github.hyenaspark.data.shard.snapshot;

import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the units of a snapshot, in its order, a segment at a time. */
public final class SnapshotUnits {
    private SnapshotUnits() {}

    /** Gives every unit with the documents that plans leave out; its counts have them too. */
    public static void read(Storage storage, String dataset, DatasetSnapshot snapshot, RowSink<Unit> units)
            throws IOException {
        for (UnitEntry unit : snapshot.ownUnits()) {
            units.accept(new Unit(unit, DuplicateList.of(storage, dataset, unit)));
        }
        for (Segment.Entry entry : snapshot.segments()) {
            for (Unit unit : of(storage, dataset, entry)) {
                units.accept(unit);
            }
        }
    }

    /** The units of a segment that remain in a snapshot. */
    public static List<Unit> of(Storage storage, String dataset, Segment.Entry entry) throws IOException {
        Map<String, DuplicateList> duplicates = DuplicateList.of(storage, dataset, entry);
        List<Unit> units = new ArrayList<>();
        for (Segment.Line line : Segment.read(storage, dataset, entry).remaining(storage, dataset, entry)) {
            UnitEntry unit = line.unit();
            DuplicateList list = duplicates.getOrDefault(unit.name(), DuplicateList.none(unit.name()));
            units.add(new Unit(unit.with(list.exactCount(), list.nearCount()), list));
        }
        return units;
    }

    /** A unit and the documents of it that are left out. */
    public record Unit(UnitEntry entry, DuplicateList duplicates) {
        /** The numbers of left-out documents, ascending, in each affected shard, by the shard's file. */
        public Map<String, int[]> leftOut() {
            Map<String, int[]> leftOut = new HashMap<>();
            duplicates.addTo(leftOut, entry);
            return leftOut;
        }
    }

    /** All units at once: of a snapshot that is known to be small. */
    public static List<UnitEntry> all(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        List<UnitEntry> all = new ArrayList<>();
        read(storage, dataset, snapshot, unit -> all.add(unit.entry()));
        return all;
    }

    /** The documents that plans leave out: ascending numbers in each affected shard, by the shard's file. */
    public static Map<String, int[]> duplicates(Storage storage, String dataset, DatasetSnapshot snapshot)
            throws IOException {
        Map<String, int[]> dropped = new HashMap<>();
        read(storage, dataset, snapshot, unit -> unit.duplicates().addTo(dropped, unit.entry()));
        return dropped;
    }
}
