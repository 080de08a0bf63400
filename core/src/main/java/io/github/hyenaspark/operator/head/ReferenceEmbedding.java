package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.nn.PositionEmbedding;
import io.github.hyenaspark.operator.nn.RotaryAngles;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/** The embedding in plain double loops. */
public final class ReferenceEmbedding implements Embedding<double[]> {
    private final EmbeddingConfig config;
    private final int width;

    public ReferenceEmbedding(EmbeddingConfig config) {
        this.config = config;
        width = config.width();
    }

    @Override
    public void forward(int[] ids, double[] output, ForwardContext<double[]> pass) {
        int length = pass.length();
        config.checkLength(length);
        for (int row = 0; row < pass.batchSize() * width; row++) {
            for (int t = 0; t < length; t++) {
                int id = ids[row / width * length + t];
                output[row * length + t] =
                        pass.parameter("weight")[id * width + row % width] + position(t, row % width, pass);
            }
            pass.dropout().apply(config.dropout(), row, output, row * length, length);
        }
    }

    /** sin(t·θ_i) in channel 2i and cos(t·θ_i) in channel 2i+1, or what was learned, or nothing. */
    private double position(int t, int d, ForwardContext<double[]> pass) {
        double angle = RotaryAngles.angle(d / 2, t, width);
        return switch (config.positions()) {
            case LEARNED -> pass.parameter("positions")[t * width + d];
            case SINUSOIDAL -> d % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
            case NONE, ROTARY -> 0;
        };
    }

    @Override
    public void backward(int[] ids, double[] outputGradient, ForwardContext<double[]> pass) {
        int length = pass.length();
        double[] gradient = outputGradient.clone();
        for (int row = 0; row < pass.batchSize() * width; row++) {
            pass.dropout().apply(config.dropout(), row, gradient, row * length, length);
            for (int t = 0; t < length; t++) {
                int id = ids[row / width * length + t];
                pass.gradient("weight")[id * width + row % width] += gradient[row * length + t];
                if (config.positions() == PositionEmbedding.LEARNED) {
                    pass.gradient("positions")[t * width + row % width] += gradient[row * length + t];
                }
            }
        }
    }
}
