package io.github.hyenaspark.bench;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.train.LocalStep;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.SettingCheck;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures local steps as {@link LocalTrainer} takes them, on random ids: forward, backward, clip, AdamW. The same
 * batch is used for every step.
 */
public final class StepBenchmark {
    private static final Logger LOG = LoggerFactory.getLogger(StepBenchmark.class);

    private static final long SEED = 1;
    private static final double BATCH_SECONDS = 0.25; // the process's time comes in hundredths of a second
    private static final double LONGEST_WARM_UP_SECONDS = 60;
    private static final int STEADY_BATCHES = 3;
    private static final double STEADY = 0.95;

    private final HyenaLanguageModel model;
    private final LocalStep localStep;
    private final TrainingState state;
    private final Batch batch;
    private int steps;
    private double loss;

    private StepBenchmark(Shape shape, TrainConfig config) {
        model = HyenaLanguageModel.create(shape.model(), shape.vocabularySize(), SEED);
        model.useThreads(shape.threads());
        if (config.recompute().equals("block")) {
            model.recomputeBlocks();
        }
        localStep = new LocalStep(model, config);
        state = TrainingState.initial(model.parameters());
        batch = randomBatch(shape);
    }

    /**
     * Warms up and measures.
     *
     * @param config recomputation, clip and rates count
     * @param repeats timed steps, 0 for as many as fit in 5 seconds, at least 5 (2 if they take a minute) and at most
     *     15
     */
    public static Measurement run(Shape shape, TrainConfig config, int repeats) {
        LongConvolution.warmUp(shape.length());
        Nd4j.zeros(1).close(); // loads the native library
        double heldBefore = ProcessMemory.heldMebibytes(); // the warm-up's rows are not the model's
        OptionalDouble base = ProcessMemory.residentMebibytes();
        var benchmark = new StepBenchmark(shape, config);
        int warmUpSteps = benchmark.warmUp();
        List<Double> wall = new ArrayList<>();
        double total = 0;
        double cpuStart = processSeconds();
        while (BenchmarkLoop.more(wall.size(), repeats, total)) {
            long start = System.nanoTime();
            benchmark.step();
            wall.add((System.nanoTime() - start) * 1e-9);
            total += wall.get(wall.size() - 1);
        }
        double cpu = (processSeconds() - cpuStart) / wall.size();
        // the kernel notes a peak when memory is given back, not when it is taken
        OptionalDouble peak = DoubleStream.concat(base.stream(), ProcessMemory.peakMebibytes().stream())
                .max();
        double held = ProcessMemory.heldMebibytes() - heldBefore;
        long parameters = benchmark.model.parameterCount();
        Roofline roofline = Roofline.measure(shape);
        return new Measurement(
                parameters, benchmark.loss, new BenchmarkLoop(wall), cpu, warmUpSteps, held, base, peak, roofline);
    }

    private void step() {
        loss = localStep
                .take(state, batch, new LocalStep.Time(steps, steps), steps)
                .loss();
        steps++;
    }

    /**
     * Batches of steps of 0.25 s, until three in a row were not faster than the fastest before, within 5 %, or for a
     * minute. It goes by the process's time, not by the clock, so that a busy machine does not end it early; the
     * compiler's own work counts in it.
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

    /** The process's seconds of one step. */
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

    /** Of all threads, 0 where the system does not say. */
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
     * What {@link StepBenchmark} found.
     *
     * @param parameters P
     * @param loss of the last step, nats per token; the ids are random
     * @param wall of each step, by the clock
     * @param cpuSeconds of one step, the mean, of all threads of the process together
     * @param warmUpSteps that did not count
     * @param heldMebibytes live heap and native arrays after the last step, beyond those before the model was built
     * @param baseMebibytes in RAM before the model was built; empty elsewhere than on Linux
     * @param peakMebibytes the most in RAM until the last step ended; empty elsewhere than on Linux
     * @param roofline the least that a step can take
     */
    public record Measurement(
            long parameters,
            double loss,
            BenchmarkLoop wall,
            double cpuSeconds,
            int warmUpSteps,
            double heldMebibytes,
            OptionalDouble baseMebibytes,
            OptionalDouble peakMebibytes,
            Roofline roofline) {
        /** The step by the clock in roofline times, at least about 1. */
        public double rooflineRatio() {
            return wall.median() / roofline.seconds();
        }
    }

    /**
     * What a {@link StepBenchmark} measures.
     *
     * @param model the architecture
     * @param vocabularySize V, before padding
     * @param batch B, sequences
     * @param length L, tokens of each sequence
     * @param threads that compute
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
         * Floating-point operations of all matrix products of a step: 2MNK forward and twice that backward, in the
         * blocks and the head. What is computed again to save memory does not count.
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

        /** The long convolutions of a block that has one per channel; heads share their filters. */
        ConvolutionBenchmark.Shape convolutions(MixerConfig.Cost cost) {
            int heads = cost.convolutionHeads();
            return new ConvolutionBenchmark.Shape(
                    Math.multiplyExact(batch, heads), model.dModel() / heads, length, threads);
        }
    }
}
