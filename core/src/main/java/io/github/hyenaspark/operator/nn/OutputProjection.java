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

/** The dense projection with bias that ends an operator, tile by tile. */
public final class OutputProjection {
    private final int width;

    public OutputProjection(int width) {
        this.width = width;
    }

    /** Its weight and bias. */
    public static List<ParameterSpec> parameters(int width, LinearInitializer linear) {
        return List.of(
                new ParameterSpec("out.weight", List.of(width, width), linear.outputWeight(width), BASE),
                new ParameterSpec("out.bias", List.of(width), linear.bias(width), BASE));
    }

    /** Projects {@code input}, B×D×L. */
    public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
        Forward forward = new Forward(pass);
        Tile.each(pass, Tile.LENGTH, tile -> forward.run(tile, tile.of(input, width), output));
    }

    /** Puts the gradient of {@code input} in its place and adds those of the parameters. */
    public void backward(FloatArray input, FloatArray outputGradient, ForwardContext<FloatArray> pass) {
        Backward backward = new Backward(pass);
        Tile.each(pass, Tile.LENGTH, tile -> {
            Matrix activated = tile.of(input, width);
            backward.run(tile, activated, outputGradient, activated);
        });
        backward.finish();
    }

    private Matrix weight(ForwardContext<FloatArray> pass) {
        return Matrix.of(pass.parameter("out.weight"), width, width);
    }

    /** One pass, for tiles that are asked for one by one. */
    public final class Forward {
        private final Matrix weight;
        private final float[] bias;

        public Forward(ForwardContext<FloatArray> pass) {
            weight = weight(pass);
            bias = pass.parameter("out.bias").toArray();
        }

        /** From D×steps to the tile's part of {@code output}, B×D×L. */
        public void run(Tile tile, Matrix input, FloatArray output) {
            Matrix result = tile.matrix("operator.output", width);
            result.set(weight, input);
            float[] row = tile.workspace().row("operator.row", tile.count());
            for (int d = 0; d < width; d++) {
                result.read(d, row);
                VectorOps.add(bias[d], row, tile.count());
                output.write(tile.start(width, d), row, tile.count());
            }
        }
    }

    /** The same for the backward pass. */
    public final class Backward {
        private final ForwardContext<FloatArray> pass;
        private final Matrix weight;
        private final SharedGradient weightGradient;
        private final SharedSums biasGradient;

        public Backward(ForwardContext<FloatArray> pass) {
            this.pass = pass;
            weight = weight(pass);
            weightGradient = new SharedGradient(pass, "out.weight", width, width);
            biasGradient = new SharedSums(pass, "out.bias", width);
        }

        /**
         * From the tile's part of {@code outputGradient}, B×D×L, to {@code inputGradient}, perhaps the input itself.
         */
        public void run(Tile tile, Matrix input, FloatArray outputGradient, Matrix inputGradient) {
            Matrix gradient = tile.of(outputGradient, width);
            gradient.addRowSums(biasGradient.of(tile.member()), tile.workspace());
            weightGradient.of(tile.member()).add(gradient, input.t());
            inputGradient.set(weight.t(), gradient);
        }

        /** After all tiles. */
        public void finish() {
            weightGradient.finish(pass.pool().workspace(0));
            biasGradient.finish();
        }
    }
}
