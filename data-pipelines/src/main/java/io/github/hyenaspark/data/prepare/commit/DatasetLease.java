package io.github.hyenaspark.data.prepare.commit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two runs from preparing one dataset at the same time: the file {@code lease.json}, created exclusively and
 * renewed while the run lives. It only saves the second run its work; {@link SnapshotCommit}, which creates the
 * snapshot exclusively, prevents losses.
 *
 * <p>A killed run leaves its lease behind. One of a dead process of this machine is taken over at once, one of another
 * machine when it has not been renewed for a while.
 */
public final class DatasetLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DatasetLease.class);
    private static final long RENEW_SECONDS = 10;
    private static final long SILENT_SECONDS = 45;

    private final Storage storage;
    private final String uri;
    private final String owner = UUID.randomUUID().toString();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread renewal;
    private long renewals;

    private DatasetLease(Storage storage, String uri) {
        this.storage = storage;
        this.uri = uri;
        this.renewal = new Thread(this::renew, "lease-renewal");
        renewal.setDaemon(true);
    }

    public static DatasetLease take(Storage storage, String dataset) throws IOException {
        var lease = new DatasetLease(storage, Storage.resolve(dataset, "lease.json"));
        if (!storage.createExclusively(lease.uri, lease.bytes())) {
            lease.takeOver();
        }
        lease.renewal.start();
        return lease;
    }

    public String uri() {
        return uri;
    }

    private void takeOver() throws IOException {
        byte[] found = Views.readIfThere(storage, uri);
        if (found.length > 0 && !isAbandoned(found)) {
            throw held(found);
        }
        if (found.length > 0) {
            LOG.info("taking over {}, left behind by a run that ended without releasing it", uri);
            storage.delete(uri);
        }
        if (!storage.createExclusively(uri, bytes())) {
            throw held(Views.readIfThere(storage, uri));
        }
    }

    private LockedException held(byte[] found) {
        String text = new String(found, StandardCharsets.UTF_8).strip();
        return new LockedException("another run is preparing this dataset: found its lease " + uri + " " + text
                + ", expected none; wait for it, or delete the file if that run is certainly gone");
    }

    private boolean isAbandoned(byte[] found) throws IOException {
        long pid;
        String host;
        try {
            JsonNode json = Json.parse(uri, found);
            pid = Json.wholeNumber(json, uri, "pid");
            host = Json.text(json, uri, "host");
        } catch (CorruptFileException e) {
            return isSilent(found); // cut short while it was written
        }
        return host.equals(host()) ? ProcessHandle.of(pid).isEmpty() : isSilent(found);
    }

    private boolean isSilent(byte[] found) throws IOException {
        LOG.info("{} belongs to another machine; waiting {} s for a sign of life", uri, SILENT_SECONDS);
        for (long second = 0; second < SILENT_SECONDS; second++) {
            if (await(1) || !Arrays.equals(found, Views.readIfThere(storage, uri))) {
                return false;
            }
        }
        return true;
    }

    private void renew() {
        while (!await(RENEW_SECONDS)) {
            try {
                renewals++;
                storage.replace(uri, bytes());
            } catch (IOException e) {
                LOG.warn("could not renew {}: {}", uri, e.getMessage());
            }
        }
    }

    /** True if the lease was closed or this thread interrupted. */
    private boolean await(long seconds) {
        try {
            return closed.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private byte[] bytes() {
        return Json.bytes(Json.object()
                .put("owner", owner)
                .put("host", host())
                .put("pid", ProcessHandle.current().pid())
                .put("renewals", renewals));
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
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
        String found = new String(Views.readIfThere(storage, uri), StandardCharsets.UTF_8);
        if (found.contains(owner)) {
            storage.delete(uri);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
