package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes old snapshots, the oldest first. What only they list, such as the documents of files that were pruned or
 * replaced since, is deleted by the next {@link Vacuum}.
 */
public final class Expiry {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

    private Expiry() {}

    /** Snapshots deleted, kept, and of these kept for a run alone. */
    public record Result(long expired, long kept, long pinned) {}

    /**
     * Keeps the last snapshots, at least one, those that are not older than a time in milliseconds since 1970 by the
     * store's clock, and those of runs.
     *
     * @param lease asked before each deletion
     */
    public static Result run(Storage storage, String dataset, int keepLast, long keepSince, DatasetLease.Check lease)
            throws IOException {
        List<DatasetSnapshot.Listed> all = DatasetSnapshot.list(storage, dataset);
        if (all.isEmpty()) {
            throw new IllegalArgumentException(
                    "data.dataset: there is no snapshot in " + dataset + "; run prepare first");
        }
        Set<Long> pins = Pins.snapshots(storage, dataset);
        long expired = 0;
        long pinned = 0;
        for (int i = 0; i < all.size(); i++) {
            DatasetSnapshot.Listed snapshot = all.get(i);
            boolean recent = i >= all.size() - Math.max(1, keepLast) || snapshot.modifiedMillis() >= keepSince;
            if (recent) {
                continue;
            }
            if (pins.contains(snapshot.number())) {
                pinned++;
                continue;
            }
            TestPoint.reached("before expiring {}", snapshot.uri());
            lease.run();
            storage.delete(snapshot.uri());
            LOG.info("snapshot {} has expired", snapshot.uri());
            expired++;
        }
        return new Result(expired, all.size() - expired, pinned);
    }

    /** The same of a dataset that no other run changes. */
    public static Result run(Storage storage, String dataset, int keepLast, long keepSince) throws IOException {
        return run(storage, dataset, keepLast, keepSince, () -> {});
    }
}
