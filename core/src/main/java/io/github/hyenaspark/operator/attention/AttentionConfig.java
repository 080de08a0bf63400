package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.RotaryAngles;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Multi-head causal attention (arXiv 1706.03762, section 3.2) of D channels and up to {@code maxLength} tokens.
 *
 * @param heads H, each a run of neighbouring channels; divides {@code width}
 * @param rotary whether queries and keys are rotated by position ({@link RotaryAngles}); needs heads of even width
 */
public record AttentionConfig(int width, int maxLength, int heads, boolean rotary) implements MixerConfig {
    public AttentionConfig {
        MixerConfig.checkSizes(width, maxLength);
        boolean divides = heads >= 1 && width % heads == 0;
        MixerConfig.check(divides, "attention.heads", heads, "a divisor of d-model " + width);
        MixerConfig.check(
                !rotary || width / heads % 2 == 0,
                "attention.heads",
                heads + " of " + width / heads + " channels",
                "an even number of channels, which rotary positions rotate in pairs; choose other heads or positions");
    }

    int headWidth() {
        return width / heads;
    }

    @Override
    public List<ParameterSpec> parameters(LinearInitializer linear) {
        List<ParameterSpec> specs = new ArrayList<>(Dense.in(width, 3 * width).parameters(linear));
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new AttentionOperator(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new ReferenceAttention(this);
    }

    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new AttentionOperator.Incremental(this, capacity);
    }

    /** What each group of keys adds to the gradients of the queries of a head that all threads share. */
    @Override
    public long togetherFloats(int batchSize, int length, int threads) {
        int blocks = (length + HeadTiles.LENGTH - 1) / HeadTiles.LENGTH;
        boolean divides = (long) batchSize * heads % threads == 0;
        return divides ? 0 : (long) KeyGroups.number(blocks) * headWidth() * blocks * HeadTiles.LENGTH;
    }

    /**
     * Products: projections, scores, weighted values. Rows: gradients of a head's queries, of all keys and of a group,
     * and two blocks of scores.
     */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long pairs = (length + 1L) * length / 2 * batchSize;
        long kept = 4 * tokens * width + 2 * tokens * heads;
        long rows = 2L * headWidth() * length + 2L * HeadTiles.LENGTH * HeadTiles.LENGTH;
        return new MixerConfig.Cost(
                MixerConfig.Cost.FLOP_PER_WEIGHT * (4 * tokens * width * width + 2 * pairs * width), 0, 1, kept, rows);
    }
}
