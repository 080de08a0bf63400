package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.prepare.segment.SegmentWriter;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the newest snapshot of a dataset anew, in the format of this version, as the next snapshot with the same
 * documents. Older ones stay, and runs that began on them go on with them. Killed at any time it leaves the dataset as
 * it was or as it shall be, and may be repeated.
 */
public final class Migration {
    private Migration() {}

    public static SnapshotCommit.Result run(Storage storage, String dataset) throws IOException {
        DatasetSnapshot newest = DatasetSnapshot.newest(storage, dataset);
        if (newest.format() == DatasetSnapshot.FORMAT) {
            Views.update(storage, dataset, newest);
            return new SnapshotCommit.Result(SnapshotCommit.Outcome.UNCHANGED, newest);
        }
        var next = new DatasetSnapshot(
                DatasetSnapshot.FORMAT,
                newest.number() + 1,
                newest.sha256(),
                newest.fingerprint(),
                newest.settings(),
                newest.vocabulary(),
                SegmentWriter.of(storage, dataset, newest),
                List.of(),
                List.of());
        String uri = next.uri(dataset);
        TestPoint.reached("before creating {}", uri);
        if (!storage.createExclusively(uri, next.toJson()) && !Arrays.equals(storage.read(uri), next.toJson())) {
            throw new LockedException("another run has created " + uri + " meanwhile; run migrate again");
        }
        TestPoint.reached("created {}", uri);
        Views.update(storage, dataset, next);
        return new SnapshotCommit.Result(SnapshotCommit.Outcome.CREATED, next);
    }
}
