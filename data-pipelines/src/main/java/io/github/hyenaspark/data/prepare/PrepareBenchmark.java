package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;

/**
 * Measures the whole of preparing on one thread: listing, units, snapshot and views, on the disk of the dataset; all
 * but Spark and the search for duplicates. After warm-up, the median of the repeats.
 */
public final class PrepareBenchmark {
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 2;
    private static final int REPEATS = 5;

    private final Storage storage;
    private final int repeats;

    /**
     * Ready to measure.
     *
     * @param repeats timed repeats, 0 for five
     */
    public PrepareBenchmark(Storage storage, int repeats) {
        this.storage = storage;
        this.repeats = repeats == 0 ? REPEATS : repeats;
    }

    /**
     * How fast input was used up.
     *
     * @param cpu MB per second of CPU time of the thread
     * @param wall MB per second of the clock, in which the disk is waited for
     */
    public record Speed(double cpu, double wall) {}

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** The speed of preparing the input of these settings; their dataset is deleted each time. */
    public Speed prepare(DataConfig config) throws IOException {
        var recipe = Recipe.of(storage, config);
        Tokenizer tokenizer = Tokenizer.open(storage, config.tokenizer());
        long bytes = InputPlan.of(storage, recipe).fresh().stream()
                .mapToLong(WorkUnit::bytes)
                .sum();
        double[] cpu = new double[repeats];
        double[] wall = new double[repeats];
        for (int repeat = -WARM_UP; repeat < repeats; repeat++) {
            time(() -> prepare(recipe, tokenizer), cpu, wall, repeat);
            storage.delete(config.dataset());
        }
        return speed(bytes, cpu, wall);
    }

    private void prepare(Recipe recipe, Tokenizer tokenizer) throws IOException {
        InputPlan plan = InputPlan.of(storage, recipe);
        recipe.storeTokenizer(storage);
        for (WorkUnit unit : plan.pending()) {
            UnitWork.run(unit, recipe, tokenizer, storage);
        }
        SnapshotCommit.open(storage, recipe, plan).commit(Map.of());
    }

    /** The speed of SHA-256 alone. */
    public Speed sha256(byte[] bytes) throws IOException {
        double[] cpu = new double[repeats];
        double[] wall = new double[repeats];
        for (int repeat = -WARM_UP; repeat < repeats; repeat++) {
            time(() -> Hashes.sha256(bytes), cpu, wall, repeat);
        }
        return speed(bytes.length, cpu, wall);
    }

    /** Seconds of a repeat; those before 0 are warm-up. */
    private static void time(Work work, double[] cpu, double[] wall, int repeat) throws IOException {
        long cpuBegin = CLOCK.getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        work.run();
        long nanos = System.nanoTime() - begin;
        long cpuNanos = CLOCK.getCurrentThreadCpuTime() - cpuBegin;
        if (repeat >= 0) {
            cpu[repeat] = cpuNanos * 1e-9;
            wall[repeat] = nanos * 1e-9;
        }
    }

    private static Speed speed(long bytes, double[] cpu, double[] wall) {
        return new Speed(bytes / median(cpu) / 1e6, bytes / median(wall) / 1e6);
    }

    private static double median(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
