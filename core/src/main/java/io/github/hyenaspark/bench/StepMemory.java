package io.github.hyenaspark.bench;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.MomentLayout;
import java.util.List;

/**
 * What one worker's local steps hold in memory, bytes, counted by the arrays that they allocate; without the JVM itself
 * and everything outside the steps.
 *
 * @param parameters P
 * @param secondMoments Q of the optimizer
 * @param model θ and its gradients, off-heap
 * @param activations what the backward pass needs, and gradients of activations, off-heap
 * @param workspace what the threads update θ in, off-heap
 * @param heap θ and moments of the optimizer, and tiles and rows of the threads, also those that they share
 */
public record StepMemory(long parameters, long secondMoments, long model, long activations, long workspace, long heap) {
    private static final long TILE = 512;
    private static final long SCORES = 1 << 18; // logits of a tile of the head, unless the vocabulary is large
    private static final long SHORTEST_TILE = 64;
    /** Gradients of the residual stream that exist at a time: of the head, into a block and out of it. */
    private static final int STREAM_GRADIENTS = 3;
    /** Without gradients: what goes into a block and what comes out. */
    private static final int FORWARD_STREAMS = 2;
    /** The normalised input of the mixer and the sum of both branches. */
    private static final int STREAMS_OF_BLOCK = 2;

    /** Of steps at length l-max; {@code vocabularySize} is V before padding. */
    public static StepMemory of(ModelConfig model, int vocabularySize, TrainConfig train) {
        MomentLayout moments = MomentLayout.of(train.optimizer(), HyenaLanguageModel.tableOf(model, vocabularySize));
        long parameters = moments.parameters();
        long rows = train.threads() * (longRows(model, train) + tileFloats(model, vocabularySize));
        return new StepMemory(
                parameters,
                moments.secondMoments(),
                bytes(2 * parameters),
                bytes(activations(model, train)),
                bytes(train.threads() * moments.nativeFloats()),
                bytes(2 * parameters
                        + moments.secondMoments()
                        + train.threads() * moments.heapFloats()
                        + rows
                        + together(model, train)
                        + tileSums(model, train)));
    }

    /**
     * Of forward passes alone, without gradients and moments, if blocks recompute: nothing goes back through them, so
     * all blocks of one configuration compute in the same memory.
     */
    public static StepMemory ofForward(ModelConfig model, int vocabularySize, TrainConfig train) {
        long parameters = HyenaLanguageModel.tableOf(model, vocabularySize).stream()
                .mapToLong(ParameterEntry::size)
                .sum();
        return new StepMemory(
                parameters,
                0,
                bytes(parameters),
                bytes(computing(model, train) + FORWARD_STREAMS * stream(model, train)),
                0,
                bytes(train.threads() * (longRows(model, train) + tileFloats(model, vocabularySize))));
    }

    public long offHeap() {
        return model + activations + workspace;
    }

    /** Floats; with recomputation, only the first block of each configuration has memory of its own to compute in. */
    private static long activations(ModelConfig model, TrainConfig train) {
        long stream = stream(model, train);
        boolean keeps = !train.recompute().equals("block");
        long inside = keeps ? kept(model, train) : computing(model, train);
        return inside + (model.nLayer() + 1L + STREAM_GRADIENTS) * stream;
    }

    /** Floats that all blocks together keep for the backward pass, without their inputs. */
    private static long kept(ModelConfig model, TrainConfig train) {
        long inner = tokens(model, train) * model.innerWidth();
        long mixers = model.blocks().stream()
                .mapToLong(block -> cost(block.mixer(), model, train).keptFloats())
                .sum();
        return mixers + model.nLayer() * (STREAMS_OF_BLOCK * stream(model, train) + inner);
    }

    /** Floats of the blocks that the others compute in, without their inputs. */
    private static long computing(ModelConfig model, TrainConfig train) {
        List<BlockConfig> blocks = model.blocks().stream().distinct().toList();
        long mixers = blocks.stream()
                .mapToLong(block -> cost(block.mixer(), model, train).keptFloats())
                .sum();
        return mixers + (long) STREAMS_OF_BLOCK * blocks.size() * stream(model, train);
    }

    private static long tokens(ModelConfig model, TrainConfig train) {
        return Math.multiplyExact((long) train.batchSize(), (long) model.lMax());
    }

    /** Floats of the residual stream between two blocks. */
    private static long stream(ModelConfig model, TrainConfig train) {
        return Math.multiplyExact(tokens(model, train), (long) model.dModel());
    }

    /** A thread keeps the rows of one mixer while it computes another. */
    private static long longRows(ModelConfig model, TrainConfig train) {
        List<Shape> shapes = shapes(model, train);
        return model.blocks().stream()
                .map(BlockConfig::mixer)
                .distinct()
                .mapToLong(mixer -> shapes.stream()
                        .mapToLong(shape ->
                                mixer.cost(shape.batchSize, shape.length).rowFloats())
                        .max()
                        .orElseThrow())
                .sum();
    }

    /** Sequences, and tokens of each. */
    private record Shape(int batchSize, int length) {}

    /** Of the last step and of the first, which has the same tokens, in more and shorter sequences where they grow. */
    private static List<Shape> shapes(ModelConfig model, TrainConfig train) {
        int first = train.lengthSchedule().lengthIn(0, model.lMax());
        long sequences = tokens(model, train) / first;
        return List.of(
                new Shape(train.batchSize(), model.lMax()),
                new Shape((int) Math.min(Integer.MAX_VALUE, Math.max(1, sequences)), first));
    }

    private static long together(ModelConfig model, TrainConfig train) {
        List<Shape> shapes = shapes(model, train);
        return model.blocks().stream()
                .flatMapToLong(block -> shapes.stream()
                        .mapToLong(
                                shape -> block.mixer().togetherFloats(shape.batchSize, shape.length, train.threads())))
                .max()
                .orElseThrow();
    }

    private static MixerConfig.Cost cost(MixerConfig mixer, ModelConfig model, TrainConfig train) {
        return mixer.cost(train.batchSize(), model.lMax());
    }

    /**
     * Floats of the tiles of one thread, rounded up where I ≥ D: rows of the feed-forward part, 4 D + 3 I, of a block,
     * a projection and the head, 3 D each with two gates, and the scores of the head with their gradients.
     */
    private static long tileFloats(ModelConfig model, int vocabularySize) {
        long padded = model.paddedVocabulary(vocabularySize);
        long scores = padded * Math.max(SHORTEST_TILE, Math.min(TILE, SCORES / padded));
        return 2 * (TILE * (5L * model.dModel() + 3L * model.innerWidth()) + scores);
    }

    /** Floats of the sums, in double, that every tile of a block adds to the gradients of its vectors. */
    private static long tileSums(ModelConfig model, TrainConfig train) {
        long tile = Math.min(TILE, train.lengthSchedule().lengthIn(0, model.lMax()));
        long tiles = train.batchSize() * ((model.lMax() + tile - 1) / tile);
        return Double.BYTES / Float.BYTES * tiles * (3L * model.dModel() + model.innerWidth());
    }

    private static long bytes(long floats) {
        return Math.multiplyExact(floats, (long) Float.BYTES);
    }
}
