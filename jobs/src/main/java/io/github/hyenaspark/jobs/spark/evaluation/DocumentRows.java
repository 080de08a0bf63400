package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.SegmentEntry;
import io.github.hyenaspark.data.shard.snapshot.SnapshotRef;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Looks up documents of a split in the tables of their units. Reads a segment or a table only if it holds one that is
 * looked up, and keeps those of the last one.
 */
final class DocumentRows {
    private final Storage storage;
    private final SnapshotRef snapshot;
    private final Split split;
    private final Iterator<SegmentEntry> segments; // those whose documents come after all of units
    private Iterator<UnitEntry> units; // those that come after the rows
    private final List<DocumentRow> rows = new ArrayList<>(); // of the table read last
    private long end; // documents before those of units

    DocumentRows(Storage storage, SnapshotRef snapshot, Split split) throws IOException {
        this.storage = storage;
        this.snapshot = snapshot;
        this.split = split;
        DatasetSnapshot read = snapshot.read(storage);
        segments = read.segments().iterator();
        units = read.ownUnits().iterator();
    }

    /** The row of a document; documents are looked up in ascending order, by their numbers in the split. */
    DocumentRow of(long document) throws IOException {
        while (document >= end) {
            if (units.hasNext()) {
                takeUnit(document, units.next());
            } else {
                takeSegment(document, segments.next());
            }
        }
        return rows.get(Math.toIntExact(document - end + rows.size()));
    }

    private void takeSegment(long document, SegmentEntry segment) throws IOException {
        long documents = segment.totals().of(split).documents();
        if (document < end + documents) {
            units =
                    Segment.read(storage, snapshot.dataset(), segment)
                            .remaining(storage, snapshot.dataset(), segment)
                            .stream()
                            .map(Segment.Line::unit)
                            .iterator();
        } else {
            end += documents;
        }
    }

    private void takeUnit(long document, UnitEntry unit) throws IOException {
        long documents =
                unit.shards(split).stream().mapToLong(ShardEntry::documents).sum();
        if (document < end + documents) {
            read(unit, documents);
        }
        end += documents;
    }

    private void read(UnitEntry unit, long expected) throws IOException {
        rows.clear();
        ObjectRef table = unit.object(DocumentTable.FOLDER)
                .orElseThrow(() -> new CorruptFileException(snapshot.uri(), "a document table", "unit " + unit.name()));
        DocumentTable.read(storage, snapshot.dataset(), table, row -> {
            if (row.split() == split) {
                rows.add(row);
            }
        });
        if (rows.size() != expected) {
            throw new CorruptFileException(
                    Storage.resolve(snapshot.dataset(), table.file()),
                    expected + " documents of the " + split.folder() + " split",
                    rows.size() + " of them");
        }
    }
}
