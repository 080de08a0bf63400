package io.github.hyenaspark.bench;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.SettingCheck;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures local steps as {@link LocalTrainer} takes them, all on the same batch of random ids. */
public final class StepBenchmark {
    private static final Logger LOG = LoggerFactory.getLogger(StepBenchmark.class);

    private static final long SEED = 1;
    private static final double BATCH_SECONDS = 0.25; // CPU time of the process has a resolution of 10 ms
    private static final double LONGEST_WARM_UP_SECONDS = 60;
    private static final int STEADY_BATCHES = 3;
    private static final double STEADY = 0.95;

    private final HyenaLanguageModel model;
    private final LocalTrainer.Step<Batch> localStep;
    private final TrainingState state;
    private final Batch batch;
    private int steps;
    private double loss;
    private long optimizerNanos;

    private StepBenchmark(Shape shape, TrainConfig config) {
        model = HyenaLanguageModel.create(shape.model(), shape.vocabularySize(), SEED);
        model.useThreads(shape.threads());
        if (config.recompute().equals("block")) {
            model.recomputeBlocks();
        }
        localStep = new LocalTrainer.Step<>(model, config);
        state = localStep.begin(TrainingState.parametersOnly(model.parameters()));
        batch = randomBatch(shape);
    }

    /**
     * Warms up and measures.
     *
     * @param config only recomputation, clipping, optimizer and rates matter
     * @param repeats timed steps, 0 for the default of {@link BenchmarkLoop#of}
     */
    public static Measurement run(Shape shape, TrainConfig config, int repeats) {
        Nd4j.zeros(1).close(); // loads the native library
        OptionalDouble base =
                ProcessMemory.mebibytes("VmRSS"); // before the warm-up, whose garbage the model's arrays replace
        HyenaLanguageModel.warmUp(shape.length());
        double heldBefore = ProcessMemory.heldMebibytes(); // the rows of the warm-up do not belong to the model
        var benchmark = new StepBenchmark(shape, config);
        int warmUpSteps = benchmark.warmUp();
        List<Double> wall = new ArrayList<>();
        double total = 0;
        double cpuStart = processSeconds();
        benchmark.optimizerNanos = 0;
        while (BenchmarkLoop.more(wall.size(), repeats, total)) {
            long start = System.nanoTime();
            benchmark.step();
            wall.add((System.nanoTime() - start) * 1e-9);
            total += wall.get(wall.size() - 1);
        }
        double cpu = (processSeconds() - cpuStart) / wall.size();
        double optimizerFraction = benchmark.optimizerNanos * 1e-9 / total; // more steps follow
        // the kernel records a peak when memory is freed, not when it is allocated
        OptionalDouble peak = DoubleStream.concat(base.stream(), ProcessMemory.mebibytes("VmHWM").stream())
                .max();
        double held = ProcessMemory.heldMebibytes() - heldBefore;
        long parameters = benchmark.model.parameterCount();
        Map<PartClock.Part, Double> parts = PartClock.fractions(shape.threads(), () -> benchmark.repeat(wall.size()));
        Roofline roofline = Roofline.measure(shape);
        return new Measurement(
                parameters,
                benchmark.loss,
                new BenchmarkLoop(wall),
                cpu,
                optimizerFraction,
                warmUpSteps,
                parts,
                held,
                base,
                peak,
                roofline);
    }

    private void repeat(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    private void step() {
        LocalTrainer.Step.Found found = localStep.take(state, batch, steps, steps, steps);
        loss = found.loss();
        optimizerNanos += found.optimizerNanos();
        steps++;
    }

    /**
     * Batches of steps of 0.25 s, until three in a row are not faster than the fastest before, within 5 %, or for a
     * minute. Uses CPU time of the process, so that a busy machine does not end it early; it includes the compiler's.
     */
    private int warmUp() {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        while (steady < STEADY_BATCHES && (System.nanoTime() - start) * 1e-9 < LONGEST_WARM_UP_SECONDS) {
            double seconds = warmUpBatch();
            steady = seconds < STEADY * best ? 0 : steady + 1;
            best = Math.min(best, seconds);
        }
        LOG.info("warmed up with {} steps in {} ms", steps, (System.nanoTime() - start) / 1_000_000);
        return steps;
    }

    /** CPU seconds of the process per step. */
    private double warmUpBatch() {
        long start = System.nanoTime();
        double cpuStart = processSeconds();
        int count = 0;
        do {
            step();
            count++;
        } while ((System.nanoTime() - start) * 1e-9 < BATCH_SECONDS);
        return (processSeconds() - cpuStart) / count;
    }

    /** CPU time of all threads; 0 if the system does not tell. */
    private static double processSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                * 1e-3;
    }

    private static Batch randomBatch(Shape shape) {
        SplittableRandom random = new SplittableRandom(SEED);
        int tokens = Math.toIntExact(shape.tokens());
        int[] ids = random.ints(tokens, 0, shape.vocabularySize()).toArray();
        int[] targets = random.ints(tokens, 0, shape.vocabularySize()).toArray();
        return new Batch(ids, targets, shape.batch(), shape.length());
    }

    /**
     * The results.
     *
     * @param parameters P
     * @param loss of the last step, nats per token; the ids are random
     * @param wall wall-clock time of each step
     * @param cpuSeconds mean CPU time of a step, all threads together
     * @param optimizerFraction of the wall-clock time, 0 to 1
     * @param parts fractions of the time of all threads, of further steps with a clock in each part; together 1
     * @param heldMebibytes live heap and native arrays after the last step, minus those before the model was built
     * @param baseMebibytes resident memory before kernels were warmed up and the model was built; empty except on Linux
     * @param peakMebibytes peak resident memory until the last step; empty except on Linux
     */
    public record Measurement(
            long parameters,
            double loss,
            BenchmarkLoop wall,
            double cpuSeconds,
            double optimizerFraction,
            int warmUpSteps,
            Map<PartClock.Part, Double> parts,
            double heldMebibytes,
            OptionalDouble baseMebibytes,
            OptionalDouble peakMebibytes,
            Roofline roofline) {
        /** Wall-clock time of a step divided by its roofline, at least about 1. */
        public double rooflineRatio() {
            return wall.median() / roofline.seconds();
        }
    }

    /**
     * The size of a step.
     *
     * @param vocabularySize V, before padding
     * @param batch B, sequences
     * @param length L, tokens of each sequence
     */
    public record Shape(ModelConfig model, int vocabularySize, int batch, int length, int threads) {
        public Shape {
            SettingCheck.atLeast("vocab", vocabularySize, 1);
            SettingCheck.atLeast("batch", batch, 1);
            SettingCheck.atLeast("length", length, 1);
            SettingCheck.atLeast("threads", threads, 1);
            model.checkLength(length);
        }

        /** B·L. */
        public long tokens() {
            return (long) batch * length;
        }

        /**
         * Floating-point operations of all matrix products of a step, in the blocks and the head: 2MNK forward and
         * twice that backward, without recomputation.
         */
        public long productFlop() {
            long width = model.dModel();
            long dense =
                    2L * model.nLayer() * model.innerWidth() * width + model.paddedVocabulary(vocabularySize) * width;
            long mixers = model.blocks().stream()
                    .mapToLong(block -> cost(block).productFlop())
                    .sum();
            return MixerConfig.Cost.FLOP_PER_WEIGHT * tokens() * dense + mixers;
        }

        MixerConfig.Cost cost(BlockConfig block) {
            return block.mixer().cost(batch, length);
        }

        /** The long convolutions of a block with one per channel; heads share their filters. */
        ConvolutionBenchmark.Shape convolutions(MixerConfig.Cost cost) {
            int heads = cost.convolutionHeads();
            return new ConvolutionBenchmark.Shape(
                    Math.multiplyExact(batch, heads), model.dModel() / heads, length, threads);
        }
    }

    /** The memory of this process, MiB. */
    private static final class ProcessMemory {
        private static final Path STATUS = Path.of("/proc/self/status");
        private static final double KIB_PER_MIB = 1024;
        private static final double MEBIBYTE = 1 << 20;

        /** Live objects after a garbage collection, and native arrays. */
        static double heldMebibytes() {
            System.gc();
            long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            return (heap + FloatArray.nativeBytes()) / MEBIBYTE;
        }

        /** VmRSS, resident, or VmHWM, its peak; empty except on Linux. */
        static OptionalDouble mebibytes(String name) {
            try {
                return Files.readAllLines(STATUS, StandardCharsets.UTF_8).stream()
                        .filter(line -> line.startsWith(name + ":"))
                        .mapToDouble(line -> Double.parseDouble(line.split("\\s+", -1)[1]) / KIB_PER_MIB)
                        .findFirst();
            } catch (IOException e) {
                return OptionalDouble.empty();
            }
        }
    }
}
