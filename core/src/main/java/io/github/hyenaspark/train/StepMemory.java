package io.github.hyenaspark.train;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.HyenaConfig;

/**
 * What one worker's local steps hold in memory, bytes, counted by the arrays that they allocate. Not in it are the Java
 * machine itself and what surrounds a step.
 *
 * @param parameters P
 * @param model θ and its gradients, off-heap
 * @param activations what the backward pass needs, and the gradients on their way, off-heap
 * @param scratch tiles that the threads work in, off-heap
 * @param heap θ, moments and gradients of the optimiser, and the rows that the threads work in
 */
public record StepMemory(long parameters, long model, long activations, long scratch, long heap) {
    private static final long TILE = 512;
    private static final long SCORES = 1 << 18; // logits of a tile of the head, unless the vocabulary is large
    private static final long SHORTEST_TILE = 64;
    /** Gradients of the residual stream that exist at once: of the head, into a block and out of it. */
    private static final int STREAM_GRADIENTS = 3;

    /**
     * Of a model of {@code vocabularySize} ids, V before padding, in steps as {@code train} says, at the length l-max.
     */
    public static StepMemory of(ModelConfig model, int vocabularySize, TrainConfig train) {
        long parameters = HyenaLanguageModel.tableOf(model, vocabularySize).stream()
                .mapToLong(ParameterEntry::size)
                .sum();
        long rows = train.threads() * (rowFloats(model) + tileFloats(model, vocabularySize));
        return new StepMemory(
                parameters,
                bytes(2 * parameters),
                bytes(activations(model, train)),
                bytes(train.threads() * tileFloats(model, vocabularySize)
                        + (train.threads() - 1) * sharedGradients(model, vocabularySize)),
                bytes(4 * parameters + rows));
    }

    /** Bytes outside the heap. */
    public long offHeap() {
        return model + activations + scratch;
    }

    /** Floats: with recomputation only the first block has a place of its own to compute in. */
    private static long activations(ModelConfig model, TrainConfig train) {
        HyenaConfig operator = model.operator();
        long stream = Math.multiplyExact((long) train.batchSize() * model.lMax(), (long) model.dModel());
        long block = (2L * model.order() + 3) * stream
                + (long) operator.filters() * model.lMax()
                + (model.filter().trainPositions()
                        ? 0
                        : (long) model.lMax() * model.filter().emb());
        boolean keeps = !train.recompute().equals("block");
        long inner = stream / model.dModel() * model.block().innerWidth();
        long inside = keeps ? model.nLayer() * (block + inner) : block;
        return inside + (model.nLayer() + 1L + STREAM_GRADIENTS) * stream;
    }

    /** Floats of the rows of L that one thread takes through the operator. */
    private static long rowFloats(ModelConfig model) {
        long chain = (2L * (model.order() + 1) + model.order() + 1) * model.numHeads();
        long convolution = 2L * (model.order() - 1) + 3;
        return (chain + 2 + convolution + model.shortLen()) * model.lMax();
    }

    /** Floats of the tiles of one thread: the widest are those of the feed-forward part and of the head. */
    private static long tileFloats(ModelConfig model, int vocabularySize) {
        long padded = model.paddedVocabulary(vocabularySize);
        long head = padded * Math.max(SHORTEST_TILE, Math.min(TILE, SCORES / padded));
        return TILE * (4L * model.dModel() + 3L * model.block().innerWidth()) + head;
    }

    /** Floats of the gradients that every thread but the first has of its own. */
    private static long sharedGradients(ModelConfig model, int vocabularySize) {
        long width = model.dModel();
        return width * model.paddedVocabulary(vocabularySize)
                + width * width * (model.order() + 2L)
                + 2 * width * model.block().innerWidth();
    }

    private static long bytes(long floats) {
        return Math.multiplyExact(floats, (long) Float.BYTES);
    }
}
