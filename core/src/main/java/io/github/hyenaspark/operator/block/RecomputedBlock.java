package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * A block that keeps only its input and computes the rest again in its backward pass (the checkpointing of Chen et al.,
 * arXiv 1604.06174, per block). All blocks of a model share one place to compute in, so memory grows with (blocks + a
 * constant) × B×D×L.
 */
public final class RecomputedBlock implements DifferentiableModule<FloatArray> {
    private final Block shared;
    private FloatArray input = FloatArray.allocate(0); // the caller's

    private RecomputedBlock(Block shared) {
        this.shared = shared;
    }

    /** A first block of a model. */
    public static RecomputedBlock first(BlockConfig config) {
        return new RecomputedBlock(new Block(config, BlockConfig.Recompute.BLOCK));
    }

    /** Another block of the same configuration, which computes in the same place. */
    public RecomputedBlock next() {
        return new RecomputedBlock(shared);
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        input = newInput;
        shared.forward(input, output, pass);
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        shared.restore(input, pass);
        shared.backward(outputGradient, inputGradient, pass);
    }
}
