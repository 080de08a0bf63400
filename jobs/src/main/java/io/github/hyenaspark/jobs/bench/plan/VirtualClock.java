package io.github.hyenaspark.jobs.bench.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Requests;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Counts the requests to a store and what they would take, without waiting. A request takes the measuring thread its
 * whole time; the others ask 32 at once, as {@link Requests} does, so there each takes a 32nd, but all together no less
 * than the longest listing, whose pages are asked for one after the other. What the processor does to make an answer up
 * belongs to the request, and is not counted beside it. Thread-safe.
 */
final class VirtualClock {
    /** What is asked of a store of objects. */
    enum Request {
        LIST,
        HEAD,
        GET,
        PUT,
        DELETE
    }

    private static final double NANOS = 1e9;

    private final long requestNanos;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Request, LongAdder> counts = new EnumMap<>(Request.class);
    private final AtomicLong ownNanos = new AtomicLong();
    private final AtomicLong othersNanos = new AtomicLong();
    private final AtomicLong longestListing = new AtomicLong(); // of other threads
    private final LongAdder answerNanos = new LongAdder(); // of processors
    private final LongAdder metadata = new LongAdder();
    private final LongAdder indexes = new LongAdder();
    /** By thread: its processor time when it last asked for something. */
    private final Map<Long, Long> processor = new ConcurrentHashMap<>();

    private long ownProcessor;
    private volatile long measuring; // the id of the measuring thread; 0: nothing counts

    VirtualClock(double requestMillis) {
        requestNanos = Math.round(requestMillis * 1e6);
        for (Request request : Request.values()) {
            counts.put(request, new LongAdder());
        }
    }

    /** Something to be measured. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** Does some work, and adds what it takes to what was measured before. */
    <T> T measure(Work<T> work) throws IOException {
        long begin = threads.getCurrentThreadCpuTime();
        measuring = Thread.currentThread().getId();
        try {
            return work.run();
        } finally {
            measuring = 0;
            ownProcessor += threads.getCurrentThreadCpuTime() - begin;
        }
    }

    void count(Request request) {
        long thread = Thread.currentThread().getId();
        if (measuring == 0) {
            return;
        }
        Objects.requireNonNull(counts.get(request)).increment();
        if (thread == measuring) {
            ownNanos.addAndGet(requestNanos);
        } else {
            othersNanos.addAndGet(requestNanos / Requests.AT_ONCE);
            processor.put(thread, threads.getCurrentThreadCpuTime());
        }
    }

    /** A request for the page of a listing with this number, from one on. */
    void countPage(int number) {
        count(Request.LIST);
        if (measuring != 0 && Thread.currentThread().getId() != measuring) {
            longestListing.accumulateAndGet(number * requestNanos, Math::max);
        }
    }

    /** Makes the answer to a request up. */
    <T> T answer(Supplier<T> work) {
        long begin = threads.getCurrentThreadCpuTime();
        T answer = work.get();
        if (measuring != 0) {
            long end = threads.getCurrentThreadCpuTime();
            answerNanos.add(end - begin);
            if (Thread.currentThread().getId() != measuring) {
                processor.put(Thread.currentThread().getId(), end);
            }
        }
        return answer;
    }

    void countWritten(String key, long bytes) {
        if (measuring != 0) {
            (key.endsWith(".index") ? indexes : metadata).add(bytes);
        }
    }

    /**
     * What was measured: requests, seconds of the store, of processors, and both together; bytes written, those of
     * indexes, which have four for each document, apart.
     */
    ObjectNode toJson() {
        ObjectNode byKind = Json.object();
        counts.forEach((kind, count) -> byKind.put(kind.name().toLowerCase(Locale.ROOT), count.sum()));
        long others = processor.values().stream().mapToLong(Long::longValue).sum();
        double store = (ownNanos.get() + Math.max(othersNanos.get(), longestListing.get())) / NANOS;
        double processors = (ownProcessor + others - answerNanos.sum()) / NANOS;
        ObjectNode json = Json.object()
                .put(
                        "requests",
                        counts.values().stream().mapToLong(LongAdder::sum).sum());
        json.set("requests_by_kind", byKind);
        return json.put("store_seconds", store)
                .put("cpu_seconds", processors)
                .put("driver_seconds", store + processors)
                .put("new_metadata_bytes", metadata.sum())
                .put("new_index_bytes", indexes.sum());
    }
}
