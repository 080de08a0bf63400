package io.github.hyenaspark.bench;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.MomentLayout;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What one worker's local steps hold in memory, bytes, counted by the arrays that they allocate; without the JVM itself
 * and everything outside the steps.
 *
 * @param parameters P
 * @param secondMoments Q of the optimizer
 * @param model θ and its gradients, off-heap
 * @param activations what the backward pass needs, and gradients of activations, off-heap
 * @param workspace tiles of the threads, off-heap
 * @param heap θ, moments and gradients of the optimiser, and rows of the threads
 */
public record StepMemory(long parameters, long secondMoments, long model, long activations, long workspace, long heap) {
    private static final long TILE = 512;
    private static final long SCORES = 1 << 18; // logits of a tile of the head, unless the vocabulary is large
    private static final long SHORTEST_TILE = 64;
    /** Gradients of the residual stream that exist at a time: of the head, into a block and out of it. */
    private static final int STREAM_GRADIENTS = 3;
    /** The normalised input of the mixer and the sum of both branches. */
    private static final int STREAMS_OF_BLOCK = 2;

    /** Of steps at length l-max; {@code vocabularySize} is V before padding. */
    public static StepMemory of(ModelConfig model, int vocabularySize, TrainConfig train) {
        MomentLayout moments = MomentLayout.of(train.optimizer(), HyenaLanguageModel.tableOf(model, vocabularySize));
        long parameters = moments.parameters();
        long longRows =
                costs(model, train).mapToLong(MixerConfig.Cost::rowFloats).max().orElseThrow();
        long rows = train.threads() * (longRows + tileFloats(model, vocabularySize));
        return new StepMemory(
                parameters,
                moments.secondMoments(),
                bytes(2 * parameters),
                bytes(activations(model, train)),
                bytes(train.threads() * (tileFloats(model, vocabularySize) + moments.nativeFloats())
                        + (train.threads() - 1) * sharedGradients(model, vocabularySize)),
                bytes(3 * parameters + moments.secondMoments() + train.threads() * moments.heapFloats() + rows));
    }

    public long offHeap() {
        return model + activations + workspace;
    }

    /** Floats; with recomputation, only the first block has memory of its own to compute in. */
    private static long activations(ModelConfig model, TrainConfig train) {
        long tokens = Math.multiplyExact((long) train.batchSize(), (long) model.lMax());
        long stream = Math.multiplyExact(tokens, (long) model.dModel());
        LongStream mixers = costs(model, train).mapToLong(MixerConfig.Cost::keptFloats);
        boolean keeps = !train.recompute().equals("block");
        long inner = tokens * model.innerWidth();
        long inside = keeps
                ? mixers.sum() + model.nLayer() * (STREAMS_OF_BLOCK * stream + inner)
                : mixers.max().orElseThrow() + STREAMS_OF_BLOCK * stream;
        return inside + (model.nLayer() + 1L + STREAM_GRADIENTS) * stream;
    }

    private static Stream<MixerConfig.Cost> costs(ModelConfig model, TrainConfig train) {
        return model.blocks().stream().map(block -> block.mixer().cost(train.batchSize(), model.lMax()));
    }

    /** Floats of the tiles of one thread; the widest are those of the feed-forward part and the head. */
    private static long tileFloats(ModelConfig model, int vocabularySize) {
        long padded = model.paddedVocabulary(vocabularySize);
        long head = padded * Math.max(SHORTEST_TILE, Math.min(TILE, SCORES / padded));
        return TILE * (4L * model.dModel() + 3L * model.innerWidth()) + head;
    }

    /** Floats of the gradients that every thread except the first duplicates. */
    private static long sharedGradients(ModelConfig model, int vocabularySize) {
        long ofBlock = model.blocks().stream()
                .mapToLong(StepMemory::matrixElements)
                .max()
                .orElseThrow();
        return (long) model.dModel() * model.paddedVocabulary(vocabularySize) + ofBlock;
    }

    private static long matrixElements(BlockConfig block) {
        return block.parameters(new LinearInitializer.Alone()).stream()
                .filter(spec -> (spec.group() == ParameterSpec.Group.BASE || spec.group() == ParameterSpec.Group.MATRIX)
                        && spec.shape().size() == 2)
                .mapToLong(ParameterSpec::size)
                .sum();
    }

    private static long bytes(long floats) {
        return Math.multiplyExact(floats, (long) Float.BYTES);
    }
}
