package io.github.hyenaspark.jobs.bench.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.prepare.commit.DatasetReport;
import io.github.hyenaspark.data.prepare.commit.Expiry;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitScan;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.page.DatasetPage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * {@code bench plan}: requests, time and memory of the driver for a dataset of millions of files, on a store that is
 * made up. Planning, committing and deleting are done by those who always do it; nothing waits, and what executors do
 * is not counted. The seconds of the driver are those of its requests and of all its threads' processors, one after the
 * other, so they are too many rather than too few.
 */
public final class PlanBenchJob {
    private static final double RECORDED = 0.9; // of the units, at a restart
    private static final int KEPT = 30; // snapshots, when the others expire
    private static final int LENGTH = 1024; // tokens of a sequence
    private static final int BATCH = 8;
    private static final double SHOWN = 1e3;

    private final Size size;
    private final VirtualDataset data;
    private final VirtualClock clock;
    private final ObjectNode found = Json.object();

    /** What is measured. */
    public enum Case {
        NIGHT,
        FIRST,
        RESTART,
        REPORT,
        EXPIRE,
        VACUUM,
        JOIN
    }

    /**
     * The dataset and what is new.
     *
     * @param files of the input, without new ones
     * @param units of the dataset that they were cut into
     * @param newUnits that new files are cut into
     */
    public record Size(int files, int units, int newUnits, double requestMillis) {
        public Size {
            Refusal.below(1, "files", files);
            Refusal.below(1, "units", units);
            Refusal.below(1, "new-units", newUnits);
            Refusal.unless(requestMillis >= 0, "bench.request-ms", requestMillis, "0 or more");
            Refusal.unless(files >= units, "bench.files", files, "at least bench.units, " + units);
        }
    }

    private PlanBenchJob(Size size, VirtualDataset data) {
        this.size = size;
        this.data = data;
        clock = new VirtualClock(size.requestMillis());
        data.serve(clock);
    }

    /** Measures one case. */
    public static void run(Case what, Size size, Console console) throws IOException {
        console.result(measured(what, size));
    }

    static ObjectNode measured(Case what, Size size) throws IOException {
        try (var data = new VirtualDataset(size.files(), size.units())) {
            var job = new PlanBenchJob(size, data);
            job.found
                    .put("case", SettingNames.of(what))
                    .put("files", size.files())
                    .put("units", size.units())
                    .put("new_units", size.newUnits())
                    .put("request_ms", size.requestMillis());
            VirtualClock.Work<?> work = job.prepare(what);
            try (HeapWatch heap = HeapWatch.begin()) {
                work.run();
                job.found.put("heap_mib", shown(heap.mebibytes()));
            }
            ObjectNode measured = job.clock.toJson();
            measured.properties().forEach(field -> {
                boolean real = field.getValue().isDouble();
                if (real) {
                    job.found.put(field.getKey(), shown(field.getValue().doubleValue()));
                } else {
                    job.found.set(field.getKey(), field.getValue());
                }
            });
            return job.found;
        }
    }

    private static double shown(double value) {
        return Math.rint(value * SHOWN) / SHOWN;
    }

    /** Puts there what is there before anything is measured; returns what is then to be measured. */
    private VirtualClock.Work<?> prepare(Case what) throws IOException {
        Storage storage = data.storage();
        String dataset = data.dataset();
        switch (what) {
            case NIGHT -> {
                data.writeDataset(false, false);
                data.addFiles(size.newUnits());
                return this::commit;
            }
            case FIRST -> {
                data.addFiles(0);
                return this::commit;
            }
            case RESTART -> {
                data.addRecords((int) (RECORDED * data.unitsOfAll()));
                return () -> planned(clock.measure(() -> InputPlan.of(storage, data.spec())));
            }
            case REPORT -> {
                DatasetSnapshot snapshot = data.writeDataset(false, false);
                return () -> clock.measure(() -> report(snapshot));
            }
            case EXPIRE -> {
                data.writeDataset(true, false);
                return () -> found.put(
                        "expired",
                        clock.measure(() -> Expiry.run(storage, dataset, KEPT, Long.MAX_VALUE))
                                .expired());
            }
            case VACUUM -> {
                data.writeDataset(true, false);
                data.addFiles(size.newUnits());
                data.addRecords(size.newUnits());
                return () -> {
                    Vacuum.Result result = clock.measure(() -> Vacuum.run(storage, dataset, Long.MAX_VALUE));
                    return found.put("deleted_files", result.files()).put("kept_files", result.kept());
                };
            }
            default -> {
                DatasetSnapshot snapshot = data.writeDataset(false, true);
                var training = DatasetSnapshot.Ref.of(snapshot, dataset);
                SplitScan.of(storage, training, Split.TRAIN, (length, leftOut) -> {})
                        .share();
                return () -> clock.measure(() -> join(training));
            }
        }
    }

    private InputPlan planned(InputPlan plan) {
        found.put("pending_units", plan.pending().size())
                .put("recorded_units", plan.recorded().size());
        return plan;
    }

    /** What an executor reads until it can begin its first step. */
    private TokenBatches join(DatasetSnapshot.Ref training) throws IOException {
        var packing = new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, LENGTH);
        TokenBatches batches = TokenBatches.open(data.storage(), training, Split.TRAIN, packing);
        long apart = batches.sequences() / BATCH;
        batches.batch(LongStream.range(0, BATCH).map(i -> i * apart).toArray());
        found.put("documents", training.trainDocuments());
        return batches;
    }

    /** What a {@code prepare} does on its driver, without looking for duplicates. */
    private DatasetSnapshot commit() throws IOException {
        InputPlan plan = planned(clock.measure(() -> InputPlan.of(data.storage(), data.spec())));
        data.writeRecords(plan.pending());
        return clock.measure(() -> {
            data.spec().storeTokenizer(data.storage());
            SnapshotCommit commit = SnapshotCommit.open(data.storage(), data.spec(), plan);
            var none = new DuplicateSearch.Result(commit.search().runs(), List.of());
            return report(commit.commit(none).snapshot());
        });
    }

    private DatasetSnapshot report(DatasetSnapshot snapshot) throws IOException {
        ObjectNode report = DatasetReport.of(data.storage(), data.dataset(), snapshot);
        data.storage().replace(DatasetReport.uri(data.dataset(), snapshot, ".json"), Json.bytes(report));
        data.storage().replace(DatasetReport.uri(data.dataset(), snapshot, ".html"), DatasetPage.html(report));
        return snapshot;
    }

    /**
     * The most of the heap that was in use after a collection while it watched, beyond what was at its beginning: the
     * store that is made up has its objects in the same heap. It asks for a collection whenever more may be in use than
     * was before, at most once a second.
     */
    private static final class HeapWatch implements AutoCloseable {
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
                    boolean more =
                            pools.stream().mapToLong(HeapWatch::mayBeUsed).sum() > most;
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
}
