package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what a dataset holds and no snapshot lists: objects of runs that were killed, refused, or replaced. Files
 * younger than a limit stay: they may belong to a run that has not committed yet.
 */
public final class Vacuum {
    private static final Logger LOG = LoggerFactory.getLogger(Vacuum.class);
    private static final List<String> FOLDERS =
            List.of("train", "validation", "docs", "quarantine", "duplicates", "units", "tokenizer", "reports");
    private static final Set<String> VIEWS = Set.of("index.json");

    private final Storage storage;
    private final String dataset;
    private final Set<String> listed = new HashSet<>();

    private Vacuum(Storage storage, String dataset) {
        this.storage = storage;
        this.dataset = dataset;
    }

    /** Deleted files, their bytes, and the files kept because they are listed or too young. */
    public record Result(long files, long bytes, long kept) {}

    /** Deletes unlisted files that last changed before a time, in milliseconds since 1970 by the store's clock. */
    public static Result run(Storage storage, String dataset, long changedBefore) throws IOException {
        check(storage, dataset);
        var vacuum = new Vacuum(storage, dataset);
        for (String uri : DatasetSnapshot.uris(storage, dataset)) {
            vacuum.list(DatasetSnapshot.fromJson(uri, storage.read(uri)));
        }
        return vacuum.delete(changedBefore);
    }

    public static void check(Storage storage, String dataset) throws IOException {
        DatasetSnapshot.newest(storage, dataset);
    }

    private void list(DatasetSnapshot snapshot) throws IOException {
        UnitRecord.UnitRecords records = UnitRecord.UnitRecords.of(storage, dataset, snapshot);
        listed.add(storage.qualify(
                DatasetSpec.tokenizerUri(dataset, snapshot.vocabulary().fingerprint())));
        for (UnitEntry unit : snapshot.units()) {
            listed.add(storage.qualify(records.uri(unit)));
            for (ObjectRef object : unit.files()) {
                listed.add(storage.qualify(Storage.resolve(dataset, object.file())));
                if (object.isIn(DocumentTable.FOLDER)) {
                    listed.add(storage.qualify(Storage.resolve(dataset, DocumentTable.note(object.file()))));
                }
            }
        }
        for (String report : List.of(".json", ".html")) {
            listed.add(storage.qualify(DatasetReport.uri(dataset, snapshot, report)));
        }
    }

    private Result delete(long changedBefore) throws IOException {
        long files = 0;
        long bytes = 0;
        long kept = 0;
        for (String folder : FOLDERS) {
            String directory = Storage.resolve(dataset, folder);
            List<FileInfo> found = storage.everythingBelow(directory);
            for (FileInfo file : found) {
                if (listed.contains(file.uri())
                        || VIEWS.contains(file.name())
                        || file.modifiedMillis() >= changedBefore) {
                    kept++;
                    continue;
                }
                TestPoint.reached("before deleting {}", file.uri());
                storage.delete(file.uri());
                LOG.info("deleted {}, {} bytes", file.uri(), file.bytes());
                files++;
                bytes += file.bytes();
            }
        }
        return new Result(files, bytes, kept);
    }
}
