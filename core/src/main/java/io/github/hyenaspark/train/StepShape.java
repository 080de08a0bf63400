package io.github.hyenaspark.train;

import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.FilterConfig;

/**
 * What a {@link StepBenchmark} measures.
 *
 * @param model the architecture
 * @param vocabularySize V, before padding
 * @param batch B, sequences
 * @param length L, tokens of each sequence
 * @param threads that compute
 */
public record StepShape(ModelConfig model, int vocabularySize, int batch, int length, int threads) {
    /** A multiplication and an addition, in the forward pass and for both gradients. */
    private static final long FLOP_PER_WEIGHT = 2 * 3;

    public StepShape {
        SettingCheck.atLeast("vocab", vocabularySize, 1);
        SettingCheck.atLeast("batch", batch, 1);
        SettingCheck.atLeast("length", length, 1);
        SettingCheck.atLeast("threads", threads, 1);
        model.operator().checkLength(length);
    }

    /** B·L. */
    public long tokens() {
        return (long) batch * length;
    }

    /**
     * Floating-point operations of all matrix products of a step: 2MNK forward and twice that backward, in the blocks
     * and the head for every token, in the filter networks for every position. What is computed again to save memory
     * does not count.
     */
    public long productFlop() {
        long width = model.dModel();
        long inner = model.block().innerWidth();
        long blockWeights = (model.operator().projections() + width) * width + 2 * inner * width;
        long headWeights = model.paddedVocabulary(vocabularySize) * width;
        long ofTokens = FLOP_PER_WEIGHT * tokens() * (model.nLayer() * blockWeights + headWeights);
        return ofTokens + (long) length * model.nLayer() * filterFlopPerPosition();
    }

    private long filterFlopPerPosition() {
        FilterConfig filter = model.filter();
        long first = (long) filter.emb() * filter.width();
        long rest = (long) filter.hiddenLayers() * filter.width() * filter.width()
                + (long) model.operator().filters() * filter.width();
        long positionGradients = filter.trainPositions() ? 0 : 2 * first; // not computed where nobody trains them
        return FLOP_PER_WEIGHT * (first + rest) - positionGradients;
    }

    /** The long convolutions of one block for one of its N−1 filters per channel; heads share their filters. */
    ConvolutionShape convolutions() {
        return new ConvolutionShape(
                Math.multiplyExact(batch, model.numHeads()), model.operator().headWidth(), length, threads);
    }
}
