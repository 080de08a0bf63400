package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

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

    /** Work that may read and write. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** Work over so many bytes, and what makes it possible once more. */
    private record Repeated(long bytes, Work work, Work after) {}

    /** The speed of preparing the input of these settings; their dataset is deleted each time. */
    public Speed prepare(DataConfig config) throws IOException {
        return inTurns(List.of(repeated(config))).get(0);
    }

    /**
     * The speed of preparing the input of these settings, and that of other work over as many bytes. They take turns,
     * so that what disturbs one disturbs the other.
     */
    public List<Speed> prepareBeside(DataConfig config, Runnable other) throws IOException {
        Repeated prepare = repeated(config);
        return inTurns(List.of(prepare, new Repeated(prepare.bytes(), other::run, () -> {})));
    }

    /** The speed of SHA-256 alone. */
    public Speed sha256(byte[] bytes) throws IOException {
        return inTurns(List.of(new Repeated(bytes.length, () -> Hashes.sha256(bytes), () -> {})))
                .get(0);
    }

    private Repeated repeated(DataConfig config) throws IOException {
        var recipe = Recipe.of(storage, config);
        Tokenizer tokenizer = Tokenizer.open(storage, config.tokenizer());
        long bytes = InputPlan.of(storage, recipe).fresh().stream()
                .mapToLong(WorkUnit::bytes)
                .sum();
        return new Repeated(bytes, () -> prepare(recipe, tokenizer), () -> storage.delete(config.dataset()));
    }

    private void prepare(Recipe recipe, Tokenizer tokenizer) throws IOException {
        InputPlan plan = InputPlan.of(storage, recipe);
        recipe.storeTokenizer(storage);
        for (WorkUnit unit : plan.pending()) {
            UnitWork.run(unit, recipe, tokenizer, storage);
        }
        SnapshotCommit.open(storage, recipe, plan).commit(Map.of());
    }

    private List<Speed> inTurns(List<Repeated> works) throws IOException {
        double[][] cpu = new double[works.size()][repeats];
        double[][] wall = new double[works.size()][repeats];
        for (int repeat = -WARM_UP; repeat < repeats; repeat++) {
            for (int i = 0; i < works.size(); i++) {
                long cpuBegin = CLOCK.getCurrentThreadCpuTime();
                long begin = System.nanoTime();
                works.get(i).work().run();
                long nanos = System.nanoTime() - begin;
                long cpuNanos = CLOCK.getCurrentThreadCpuTime() - cpuBegin;
                if (repeat >= 0) {
                    cpu[i][repeat] = cpuNanos * 1e-9;
                    wall[i][repeat] = nanos * 1e-9;
                }
                works.get(i).after().run();
            }
        }
        return IntStream.range(0, works.size())
                .mapToObj(i -> speed(works.get(i).bytes(), cpu[i], wall[i]))
                .toList();
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
