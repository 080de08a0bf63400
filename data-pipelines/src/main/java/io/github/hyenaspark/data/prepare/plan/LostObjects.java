package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.segment.ListedObjects;
import io.github.hyenaspark.data.prepare.segment.SegmentInputs;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kept segments of a dataset have lost: a unit of which an object is gone is prepared again, from its files as
 * they are now.
 */
final class LostObjects {
    private static final int SEARCHES_AT_ONCE = 4; // a segment has up to 2,048 units in memory
    private static final Logger LOG = LoggerFactory.getLogger(LostObjects.class);
    /** Where listings do not tell lengths, so many units, the last, are asked for them. */
    private static final long UNITS_ASKED = 100;

    private final Storage storage;
    private final String dataset;
    private final String root; // of the input
    private final Set<String> different; // paths of files that have changed
    private final ListedObjects listed;
    private final List<WorkUnit> again = new ArrayList<>();
    private final List<Segment.Entry> unindexed = new ArrayList<>();

    LostObjects(Storage storage, String dataset, String root, Set<String> different, ListedObjects listed) {
        this.storage = storage;
        this.dataset = dataset;
        this.root = root;
        this.different = different;
        this.listed = listed;
    }

    /** The units that are to be prepared again. */
    List<WorkUnit> again() {
        return again;
    }

    /** The segments without an index. */
    List<Segment.Entry> unindexed() {
        return unindexed;
    }

    /** The runs of sorted keys that are all there; the keys of others are sorted again. */
    List<KeyRun> keysLeft(Optional<DatasetSnapshot> parent) throws IOException {
        List<KeyRun> there = new ArrayList<>();
        for (KeyRun run : parent.map(DatasetSnapshot::keys).orElse(List.of())) {
            if (listed.haveAll(storage, dataset, run.parts())) {
                there.add(run);
            }
        }
        return there;
    }

    /**
     * The kept segments of a snapshot without lists of duplicates that are lost; finds the units that have lost an
     * object, and the segments that have lost an index.
     */
    List<Segment.Entry> without(List<Segment.Entry> kept) throws IOException {
        List<Segment> all = Requests.all(kept, entry -> Segment.read(storage, dataset, entry));
        List<Boolean> whole = Requests.all(all, segment -> listed.hasAllOf(storage, dataset, segment));
        List<Segment.Entry> intact = new ArrayList<>();
        List<Search> searches = new ArrayList<>();
        long unitsAfter =
                kept.stream().mapToLong(entry -> entry.totals().units()).sum();
        for (int i = 0; i < kept.size(); i++) {
            Segment.Entry entry = kept.get(i);
            boolean listLost =
                    entry.duplicates().filter(list -> !listed.has(list)).isPresent();
            intact.add(listLost ? entry.with(null, 0, 0, 0) : entry);
            if (!listed.haveAll(storage, dataset, all.get(i).allIndexes())) {
                unindexed.add(entry);
            }
            unitsAfter -= entry.totals().units();
            boolean asked = !listed.haveLengths() && unitsAfter < UNITS_ASKED;
            if (asked || !whole.get(i)) {
                searches.add(new Search(entry, asked ? UNITS_ASKED - unitsAfter : 0));
            }
        }
        Requests.all(searches, SEARCHES_AT_ONCE, this::found).forEach(again::addAll);
        return intact;
    }

    /** For units of a segment of which an object is not listed or, of the last so many, does not have its length. */
    private record Search(Segment.Entry entry, long last) {}

    private List<WorkUnit> found(Search search) throws IOException {
        Segment.Entry entry = search.entry;
        List<Segment.Line> lines = Segment.read(storage, dataset, entry).remaining(storage, dataset, entry);
        Map<String, ObjectRef> lost = new HashMap<>(); // the first one, by unit
        for (int i = 0; i < lines.size(); i++) {
            for (ObjectRef object : lines.get(i).unit().files()) {
                boolean asked =
                        i >= lines.size() - search.last || (object.isIn(DocumentTable.FOLDER) && !listed.has(object));
                if (asked ? !UnitRecord.isThere(storage, dataset, object) : !listed.has(object)) {
                    lost.putIfAbsent(lines.get(i).unit().name(), object);
                }
            }
        }
        List<WorkUnit> found = new ArrayList<>();
        if (lost.isEmpty()) {
            return found;
        }
        for (WorkUnit unit : SegmentInputs.units(storage, dataset, entry)) {
            ObjectRef object = lost.get(unit.name());
            if (object != null) {
                LOG.warn("unit {} has lost an object; it is prepared again", unit.name());
                found.add(asItIsNow(unit, object));
            }
        }
        return found;
    }

    /** A unit whose files may have moved, or been written again with the same content. */
    private WorkUnit asItIsNow(WorkUnit unit, ObjectRef lost) throws IOException {
        List<Slice> slices = Requests.all(
                unit.slices(), slice -> new Slice(asItIsNow(slice.file(), lost), slice.from(), slice.to()));
        return new WorkUnit(unit.name(), slices);
    }

    private InputFile asItIsNow(InputFile then, ObjectRef lost) throws IOException {
        InputFile now;
        try {
            now = InputFile.of(then.path(), storage.facts(root + then.path()));
        } catch (FileNotFoundException e) {
            throw lost(lost, then, "neither", "set data.prune=true to let its documents go");
        }
        if (different.contains(then.path())) {
            String found = "neither, but a changed file, " + Difference.state(now);
            throw lost(lost, then, found, "let data.on-changed=replace prepare the file again");
        }
        return now;
    }

    private CorruptFileException lost(ObjectRef object, InputFile then, String found, String advice) {
        return new CorruptFileException(
                Storage.resolve(dataset, object.file()),
                "it, or what it was made from, " + root + then.path() + " with " + Difference.state(then),
                found,
                "nothing has been committed; restore one of the two, or " + advice);
    }
}
