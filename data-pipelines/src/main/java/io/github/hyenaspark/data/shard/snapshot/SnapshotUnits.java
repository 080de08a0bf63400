package io.github.hyenaspark.data.shard.snapshot;

import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Reads the units of a snapshot, in its order, some at a time. */
public final class SnapshotUnits {
    private static final int UNITS_AT_ONCE = 2 * Segment.MOST_UNITS; // unless a segment has more

    private SnapshotUnits() {}

    /** Gives every unit with the documents that plans leave out; its counts have them too. */
    public static void read(Storage storage, String dataset, DatasetSnapshot snapshot, RowSink<Unit> units)
            throws IOException {
        for (List<UnitEntry> some : together(snapshot.ownUnits(), unit -> 1)) {
            for (Unit unit : Requests.all(some, entry -> new Unit(entry, DuplicateList.of(storage, dataset, entry)))) {
                units.accept(unit);
            }
        }
        for (List<Segment.Entry> some :
                together(snapshot.segments(), entry -> entry.totals().units())) {
            for (List<Unit> all : Requests.all(some, entry -> of(storage, dataset, entry))) {
                for (Unit unit : all) {
                    units.accept(unit);
                }
            }
        }
    }

    private static <T> List<List<T>> together(List<T> things, ToLongFunction<T> units) {
        return Requests.parts(things, UNITS_AT_ONCE, UNITS_AT_ONCE, units);
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
