package io.github.hyenaspark.operator.nn;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.SharedSums;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import java.util.List;

/** The dense projection with bias that begins a mixer, from D to any number of channels, tile by tile. */
public final class InputProjection {
    private final int width;
    private final int channels;

    public InputProjection(int width, int channels) {
        this.width = width;
        this.channels = channels;
    }

    /** Weight and bias of a projection from {@code width} channels to {@code channels}. */
    public static List<ParameterSpec> parameters(int width, int channels, LinearInitializer linear) {
        return List.of(
                new ParameterSpec("in.weight", List.of(channels, width), linear.weight(width), BASE),
                new ParameterSpec("in.bias", List.of(channels), linear.bias(width), BASE));
    }

    /** Projects {@code input}, B×D×L, to {@code output}, B×channels×L. */
    public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
        Matrix weight = Matrix.of(pass.parameter("in.weight"), channels, width);
        float[] bias = pass.parameter("in.bias").toArray();
        Tile.each(pass, Tile.LENGTH, tile -> {
            Matrix product = tile.matrix("projections.product", channels); // rows that are far apart would miss the TLB
            product.set(weight, tile.of(input, width));
            float[] row = tile.workspace().row("projections.row", tile.count());
            for (int channel = 0; channel < channels; channel++) {
                product.read(channel, row);
                VectorOps.add(bias[channel], row, tile.count());
                output.write(tile.start(channels, channel), row, tile.count());
            }
        });
    }

    /** Writes the gradient of {@code input}, which it may replace, and adds those of the parameters. */
    public void backward(
            FloatArray input, FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        Matrix weight = Matrix.of(pass.parameter("in.weight"), channels, width);
        SharedGradient weightGradient = new SharedGradient(pass, "in.weight", channels, width);
        SharedSums biasGradient = new SharedSums(pass, "in.bias", channels);
        Tile.each(pass, Tile.LENGTH, tile -> {
            Matrix gradient = tile.of(outputGradient, channels);
            gradient.addRowSums(biasGradient.of(tile.member()), tile.workspace());
            weightGradient.of(tile.member()).add(gradient, tile.of(input, width).t());
            tile.of(inputGradient, width).set(weight.t(), gradient);
        });
        weightGradient.finish(pass.pool().workspace(0));
        biasGradient.finish();
    }
}
