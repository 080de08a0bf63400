package io.github.hyenaspark.jobs.bench.plan;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The most of the heap that was in use after a collection while it watched, beyond what was at its beginning: the store
 * that is made up has its objects in the same heap. It asks for a collection whenever more may be in use than was
 * before, at most once a second.
 */
final class HeapWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;
    private static final long COLLECT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double MEBIBYTE = 1 << 20;

    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::watch, "heap-watch");
    private volatile long most;
    private volatile long before;

    private HeapWatch() {
        thread.setDaemon(true);
    }

    static HeapWatch begin() {
        var watch = new HeapWatch();
        watch.collect();
        watch.before = watch.most;
        watch.thread.start();
        return watch;
    }

    private void watch() {
        try {
            long collected = System.nanoTime();
            while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                boolean more = pools.stream().mapToLong(HeapWatch::mayBeUsed).sum() > most;
                if (more && System.nanoTime() - collected > COLLECT_NANOS) {
                    collect();
                    collected = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void collect() {
        ManagementFactory.getMemoryMXBean().gc();
        most = Math.max(most, pools.stream().mapToLong(HeapWatch::left).sum());
    }

    private static long left(MemoryPoolMXBean pool) {
        MemoryUsage left = pool.getCollectionUsage();
        return (left == null ? pool.getUsage() : left).getUsed();
    }

    /** What the last collection left of a young generation, or all of the old one with its garbage. */
    private static long mayBeUsed(MemoryPoolMXBean pool) {
        String name = pool.getName().toLowerCase(Locale.ROOT);
        boolean old = name.contains("old") || name.contains("tenured");
        return old ? pool.getUsage().getUsed() : left(pool);
    }

    double mebibytes() {
        return (most - before) / MEBIBYTE;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
