package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.segment.SegmentInputs;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what a dataset holds and no snapshot lists: objects of runs that were killed, refused, or replaced. Files
 * younger than a limit stay: they may belong to a run that has not committed yet.
 */
public final class Vacuum {
    private static final Logger LOG = LoggerFactory.getLogger(Vacuum.class);
    private static final List<String> FOLDERS = List.of(
            "train",
            "validation",
            "docs",
            "quarantine",
            "duplicates",
            "segments",
            "inputs",
            "index",
            "keys",
            "units",
            "tokenizer",
            "reports");
    private static final int SEGMENTS_AT_ONCE = 4; // each up to 200,000 slices of files

    private static final Set<String> VIEWS = Set.of("train/index.json", "validation/index.json");

    private final Storage storage;
    private final String dataset;
    /** Hashes of the files that snapshots list, relative to the dataset; two with one hash keep an orphan, no more. */
    private final Set<Long> listed = new HashSet<>();

    private Vacuum(Storage storage, String dataset) {
        this.storage = storage;
        this.dataset = dataset;
    }

    /** Deleted files, their bytes, and the files kept because they are listed or too young. */
    public record Result(long files, long bytes, long kept) {}

    /**
     * Deletes unlisted files that last changed before a time, in milliseconds since 1970 by the store's clock.
     *
     * @param lease asked before each deletion: another run may count on these files
     */
    public static Result run(Storage storage, String dataset, long changedBefore, DatasetLease.Check lease)
            throws IOException {
        check(storage, dataset);
        var vacuum = new Vacuum(storage, dataset);
        vacuum.list(Requests.all(
                DatasetSnapshot.uris(storage, dataset), uri -> DatasetSnapshot.fromJson(uri, storage.read(uri))));
        return vacuum.delete(changedBefore, lease);
    }

    /** The same of a dataset that no other run changes. */
    public static Result run(Storage storage, String dataset, long changedBefore) throws IOException {
        return run(storage, dataset, changedBefore, () -> {});
    }

    public static void check(Storage storage, String dataset) throws IOException {
        DatasetSnapshot.newest(storage, dataset);
    }

    private void list(List<DatasetSnapshot> snapshots) throws IOException {
        Map<ObjectRef, Segment.Entry> segments = new LinkedHashMap<>();
        Set<String> records = new HashSet<>();
        for (DatasetSnapshot snapshot : snapshots) {
            records.add(UnitRecord.folder(snapshot.fingerprint()));
            list(DatasetSpec.tokenizerFile(snapshot.vocabulary().fingerprint()));
            for (String ending : List.of(".json", ".html")) {
                list(DatasetReport.file(snapshot, ending));
            }
            String hash = snapshot.sha256(); // of the whole text, made for this
            for (Split split : Split.values()) {
                list(SplitIndex.file(hash, split));
            }
            listOwn(snapshot);
            snapshot.keys().forEach(run -> run.parts().forEach(part -> list(part.file())));
            for (Segment.Entry segment : snapshot.segments()) {
                segment.duplicates().ifPresent(list -> list(list.file()));
                segments.merge(segment.file(), segment, Vacuum::union);
            }
        }
        Requests.all(List.copyOf(segments.values()), SEGMENTS_AT_ONCE, segment -> names(segment, records))
                .forEach(names -> {
                    for (long name : names) {
                        listed.add(name);
                    }
                });
    }

    /** One segment in two snapshots, without the units that are gone from both. */
    private static Segment.Entry union(Segment.Entry one, Segment.Entry other) {
        List<Integer> gone = one.gone().stream().filter(other.gone()::contains).toList();
        return new Segment.Entry(one.file(), gone, null, one.totals());
    }

    /** The files of a segment and of its units that are not gone. */
    private long[] names(Segment.Entry entry, Set<String> records) throws IOException {
        Segment segment = Segment.read(storage, dataset, entry);
        LongStream.Builder names = LongStream.builder();
        names.add(Segment.nameHash(entry.file().file()));
        segment.parts().forEach(part -> names.add(Segment.nameHash(part.file())));
        for (String ending : SegmentInputs.ENDINGS) {
            names.add(Segment.nameHash(SegmentInputs.file(entry.id(), ending)));
        }
        segment.objectNames(storage, dataset, entry).forEach(names::add);
        List<WorkUnit> units = SegmentInputs.units(storage, dataset, entry);
        for (int number = 0; number < units.size(); number++) {
            if (Collections.binarySearch(entry.gone(), number) < 0) {
                for (String folder : records) {
                    names.add(Segment.nameHash(folder + "/" + UnitRecord.fileName(units.get(number))));
                }
            }
        }
        return names.build().toArray();
    }

    /** What a snapshot of an old format lists itself. */
    private void listOwn(DatasetSnapshot snapshot) throws IOException {
        if (snapshot.ownUnits().isEmpty()) {
            return;
        }
        UnitRecord.UnitRecords records = UnitRecord.UnitRecords.of(storage, dataset, snapshot);
        for (String file : Requests.all(snapshot.ownUnits(), records::file)) {
            list(file);
        }
        snapshot.ownUnits().forEach(unit -> unit.files().forEach(object -> list(object.file())));
    }

    private void list(String file) {
        listed.add(Segment.nameHash(file));
    }

    private Result delete(long changedBefore, DatasetLease.Check lease) throws IOException {
        int prefix = Storage.resolve(storage.qualify(dataset), "").length(); // a bucket's root ends with a slash
        List<Sorted> folders = storage.everythingBelow(dataset, FOLDERS, () -> new Sorted(prefix, changedBefore));
        List<FileInfo> orphans =
                folders.stream().flatMap(folder -> folder.orphans.stream()).toList();
        long kept = folders.stream().mapToLong(folder -> folder.kept).sum();
        Requests.all(orphans, orphan -> {
            TestPoint.reached("before deleting {}", orphan.uri());
            lease.run();
            storage.delete(orphan.uri());
            LOG.info("deleted {}, {} bytes", orphan.uri(), orphan.bytes());
            return true;
        });
        long bytes = orphans.stream().mapToLong(FileInfo::bytes).sum();
        return new Result(orphans.size(), bytes, kept);
    }

    /** Tells what may be deleted from the rest, while a folder is listed. */
    private final class Sorted implements Consumer<FileInfo> {
        private final int prefix;
        private final long changedBefore;
        private final List<FileInfo> orphans = new ArrayList<>();
        private long kept;

        Sorted(int prefix, long changedBefore) {
            this.prefix = prefix;
            this.changedBefore = changedBefore;
        }

        @Override
        public void accept(FileInfo file) {
            String name = file.uri().substring(prefix);
            if (VIEWS.contains(name)
                    || file.modifiedMillis() >= changedBefore
                    || listed.contains(Segment.nameHash(DocumentTable.tableOf(name)))) {
                kept++;
            } else {
                orphans.add(file);
            }
        }
    }
}
