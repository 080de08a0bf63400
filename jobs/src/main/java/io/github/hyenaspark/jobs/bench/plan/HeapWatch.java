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
 * The most of the heap that was in use while it watched: what collections left of the young generations, and all of the
 * old one, whose garbage counts until it is collected.
 */
final class HeapWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;
    private static final double MEBIBYTE = 1 << 20;

    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::watch, "heap-watch");
    private volatile long most;

    private HeapWatch() {
        thread.setDaemon(true);
    }

    /** Begins with a collection, so that nothing of what was before counts. */
    static HeapWatch begin() {
        ManagementFactory.getMemoryMXBean().gc();
        var watch = new HeapWatch();
        watch.thread.start();
        return watch;
    }

    private void watch() {
        boolean more = true;
        while (more) {
            most = Math.max(most, pools.stream().mapToLong(HeapWatch::used).sum());
            try {
                more = !closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                more = false;
            }
        }
    }

    private static long used(MemoryPoolMXBean pool) {
        String name = pool.getName().toLowerCase(Locale.ROOT);
        MemoryUsage left = pool.getCollectionUsage();
        boolean old = left == null || name.contains("old") || name.contains("tenured");
        return (old ? pool.getUsage() : left).getUsed();
    }

    double mebibytes() {
        return most / MEBIBYTE;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
