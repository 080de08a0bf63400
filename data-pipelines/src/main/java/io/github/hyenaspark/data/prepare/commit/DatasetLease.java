package io.github.hyenaspark.data.prepare.commit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two runs from changing one dataset at the same time: the file {@code lease.json}, created exclusively and
 * renewed while the run lives. It saves the second run its work; {@link SnapshotCommit}, which creates the snapshot
 * exclusively, prevents losses.
 *
 * <p>A killed run leaves its lease behind. It is taken over at once if its process is gone from the table of processes
 * that both runs see, and else, such as on another machine or in a container that was started again, when it has not
 * been renewed for 45 seconds. Every takeover raises the lease's {@code fence}.
 *
 * <p>A run that was paused for longer than that finds its successor's lease at its next renewal, or when it asks with
 * {@link #check}, and must stop. Renewing reads, compares and writes, which is not atomic: a run paused in between may
 * put its own lease in its successor's place, which then stops. No snapshot is lost by that, only work.
 *
 * <p>The file {@code epoch.json} beside it says since when there may be work that no snapshot lists.
 */
public final class DatasetLease implements AutoCloseable {
    static final long RENEW_SECONDS = 10;
    static final long SILENT_SECONDS = 45;
    /** For so long after it was seen to be this run's a lease is: less than it takes to be taken over. */
    static final long SURE_SECONDS = 2 * RENEW_SECONDS;

    private static final int MOST_BYTES = 1 << 16;
    private static final Logger LOG = LoggerFactory.getLogger(DatasetLease.class);
    private static final String EPOCH = "epoch.json";
    private static final long MILLIS = 1000;
    private static final long CLOCK_MILLIS = 60_000; // by which the clocks of one store's machines may differ

    /** Fails if another run may be changing the dataset. */
    @FunctionalInterface
    public interface Check {
        void run() throws IOException;
    }

    private final Storage storage;
    private final String dataset;
    private final String uri;
    private final LeaseHost host;
    private final String owner = UUID.randomUUID().toString();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread renewal;
    private long fence = 1;
    private long renewals;
    private long seenMillis; // when it was last this run's
    private volatile @Nullable String successor; // as check() found it

    private DatasetLease(Storage storage, String dataset, LeaseHost host) {
        this.storage = storage;
        this.dataset = dataset;
        this.uri = Storage.resolve(dataset, "lease.json");
        this.host = host;
        this.seenMillis = host.millis();
        this.renewal = new Thread(this::keepRenewing, "lease-renewal");
        renewal.setDaemon(true);
    }

    /** Takes the lease and renews it until it is closed; LockedException if another run holds it. */
    public static DatasetLease take(Storage storage, String dataset) throws IOException {
        DatasetLease lease = take(storage, dataset, new LeaseHost());
        lease.renewal.start();
        storage.warnUnlessExclusive(dataset, "runs that change it");
        return lease;
    }

    /** Without renewing it. */
    static DatasetLease take(Storage storage, String dataset, LeaseHost host) throws IOException {
        var lease = new DatasetLease(storage, dataset, host);
        if (!lease.create()) {
            lease.takeOver();
        }
        return lease;
    }

    public String uri() {
        return uri;
    }

    private void takeOver() throws IOException {
        byte[] found = read();
        if (found.length > 0) {
            if (!isAbandoned(found)) {
                throw held(found);
            }
            LOG.info("taking over {}, left behind by a run that ended without releasing it", uri);
            fence = Holder.of(uri, found).fence() + 1;
            byte[] now = read();
            if (now.length > 0 && !Arrays.equals(found, now)) {
                throw held(now);
            }
            storage.delete(uri);
        }
        if (!create()) {
            throw held(read());
        }
    }

    /** Whether it is this run's now: it may be there because the answer to an earlier request was lost. */
    private boolean create() throws IOException {
        byte[] lease = bytes();
        return storage.createExclusively(uri, lease) || Arrays.equals(lease, read());
    }

    /** Empty if there is none. One request: a renewal between two would be taken for a file that changes. */
    private byte[] read() throws IOException {
        try {
            return storage.read(uri, MOST_BYTES);
        } catch (FileNotFoundException e) {
            return new byte[0];
        }
    }

    private LockedException held(byte[] found) {
        return new LockedException("another run is changing this dataset: found its lease " + uri + " " + text(found)
                + ", expected none; wait for it, or delete the file if that run is certainly gone");
    }

    private static String text(byte[] found) {
        return new String(found, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
    }

    private boolean isAbandoned(byte[] found) throws IOException {
        Holder holder = Holder.of(uri, found);
        boolean visible = holder.began() > 0
                && !holder.table().isEmpty()
                && holder.table().equals(host.table());
        return visible ? host.began(holder.pid()) != holder.began() : isSilent(found);
    }

    private boolean isSilent(byte[] found) throws IOException {
        LOG.info("{} is not of a process that can be seen here; waiting {} s for a renewal", uri, SILENT_SECONDS);
        for (long second = 0; second < SILENT_SECONDS; second++) {
            if (host.await(closed, 1) || !Arrays.equals(found, read())) {
                return false;
            }
        }
        return true;
    }

    private void keepRenewing() {
        while (!host.await(closed, RENEW_SECONDS)) {
            try {
                renew();
            } catch (LockedException e) {
                LOG.warn("{}", e.getMessage());
                return;
            } catch (IOException e) {
                LOG.warn("could not renew {}: {}", uri, e.getMessage());
            }
        }
    }

    synchronized void renew() throws IOException {
        check();
        renewals++;
        storage.replace(uri, bytes());
    }

    /**
     * LockedException if the lease is no longer this run's: to be asked right before a snapshot is created and before
     * files are deleted. One request.
     */
    public synchronized void check() throws IOException {
        stopIfLost();
        long asked = host.millis();
        byte[] found = read();
        Holder holder = Holder.of(uri, found);
        if (found.length == 0 || !(holder.owner().isEmpty() || holder.owner().equals(owner))) {
            successor = found.length == 0 ? "none" : text(found);
        }
        stopIfLost();
        seenMillis = asked;
    }

    /**
     * The same, with a request only if the last one was so long ago that this process was paused, or could not reach
     * the store: to be asked before each of many deletions.
     */
    public synchronized void checkIfPaused() throws IOException {
        stopIfLost();
        if (host.millis() - seenMillis > SURE_SECONDS * MILLIS) {
            check();
        }
    }

    /** LockedException if a renewal has found that the lease is no longer this run's; no request. */
    public void stopIfLost() throws LockedException {
        if (successor != null) {
            throw new LockedException("another run has taken over this dataset, or its lease was deleted: found "
                    + successor + " in " + uri + ", expected the lease " + owner + " of this run, which changes nothing"
                    + " more; run the same command again when no other one runs");
        }
    }

    /** To be called before the first work that no snapshot lists; {@link Vacuum} keeps files from then on. */
    public void begins() throws IOException {
        byte[] epoch = Json.bytes(Json.object().put("owner", owner).put("fence", fence));
        storage.createExclusively(Storage.resolve(dataset, EPOCH), epoch);
    }

    /** To be called when the newest snapshot lists all work that is of use. */
    public void committed() throws IOException {
        try {
            check();
        } catch (LockedException e) {
            LOG.warn("{}", e.getMessage());
            return; // it may be the successor's work by now
        }
        storage.delete(Storage.resolve(dataset, EPOCH));
    }

    /**
     * From when on a file may belong to work that no snapshot lists and that the next run continues, in milliseconds
     * since 1970 by the store's clock; empty if there is no such work. Only a commit ends it, not time: a first
     * {@code prepare} may take weeks and stop in between.
     */
    public static OptionalLong uncommittedSince(Storage storage, String dataset) throws IOException {
        String uri = Storage.resolve(dataset, EPOCH);
        try {
            long since = storage.facts(uri).modifiedMillis() - CLOCK_MILLIS;
            LOG.info(
                    "{}: there is work that no snapshot lists yet; its files stay. Run prepare to finish it, or delete"
                            + " {} to give it up",
                    dataset,
                    uri);
            return OptionalLong.of(since);
        } catch (FileNotFoundException e) {
            return OptionalLong.empty();
        }
    }

    private byte[] bytes() {
        long pid = host.pid();
        return Json.bytes(Json.object()
                .put("owner", owner)
                .put("host", host.name())
                .put("pid", pid)
                .put("table", host.table())
                .put("began", host.began(pid))
                .put("fence", fence)
                .put("renewals", renewals));
    }

    /** Whose a lease is; all empty and 0 of one that was cut short, and partly of one of an older version. */
    private record Holder(String owner, String table, long pid, long began, long fence) {
        static Holder of(String uri, byte[] lease) {
            try {
                JsonNode json = Json.parse(uri, lease);
                return new Holder(
                        json.path("owner").asText(),
                        json.path("table").asText(),
                        json.path("pid").asLong(),
                        json.path("began").asLong(),
                        json.path("fence").asLong());
            } catch (CorruptFileException e) {
                return new Holder("", "", 0, 0, 0);
            }
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        boolean interrupted = false;
        try {
            renewal.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (Holder.of(uri, read()).owner().equals(owner)) {
            storage.delete(uri);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
