package io.github.hyenaspark.bench;

import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.nn.MixerCost;
import io.github.hyenaspark.train.config.SettingCheck;

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
    public StepShape {
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
     * Floating-point operations of all matrix products of a step: 2MNK forward and twice that backward, in the blocks
     * and the head. What is computed again to save memory does not count.
     */
    public long productFlop() {
        long width = model.dModel();
        long dense = 2L * model.nLayer() * model.innerWidth() * width + model.paddedVocabulary(vocabularySize) * width;
        long mixers = model.blocks().stream()
                .mapToLong(block -> cost(block).productFlop())
                .sum();
        return MixerCost.FLOP_PER_WEIGHT * tokens() * dense + mixers;
    }

    MixerCost cost(BlockConfig block) {
        return block.mixer().cost(batch, length);
    }

    /** The long convolutions of a block that has one per channel; heads share their filters. */
    ConvolutionShape convolutions(MixerCost cost) {
        int heads = cost.convolutionHeads();
        return new ConvolutionShape(Math.multiplyExact(batch, heads), model.dModel() / heads, length, threads);
    }
}
