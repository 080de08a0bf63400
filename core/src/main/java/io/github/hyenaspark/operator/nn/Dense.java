package io.github.hyenaspark.operator.nn;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.MATRIX;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.List;
import java.util.function.Function;

/** A dense projection with bias at the beginning or at the end of a mixer, y = A x + b, tile by tile. */
public final class Dense {
    private static final Workspace.Slot<float[][]> PRODUCT = Workspace.Slot.rows();

    private final int inputs;
    private final int outputs;
    private final int slot;
    private final boolean hasBias;
    private final String weightName;
    private final String biasName;

    private Dense(int slot, String name, int inputs, int outputs, boolean hasBias) {
        this.slot = slot;
        this.hasBias = hasBias;
        this.inputs = inputs;
        this.outputs = outputs;
        weightName = name + ".weight";
        biasName = name + ".bias";
    }

    /** The projection that begins a mixer; parameters {@code in.weight} and {@code in.bias}. */
    public static Dense in(int width, int channels) {
        return new Dense(0, "in", width, channels, true);
    }

    /** The same without its bias, which somebody else adds. */
    public static Dense inWithoutBias(int width, int channels) {
        return new Dense(0, "in", width, channels, false);
    }

    /** The projection that ends a mixer of D channels; parameters {@code out.weight} and {@code out.bias}. */
    public static Dense out(int width) {
        return new Dense(1, "out", width, width, true);
    }

    public List<ParameterSpec> parameters(Initializer.Linear linear) {
        Initializer weight = slot == 0 ? linear.weight(inputs) : linear.outputWeight(inputs);
        return List.of(
                new ParameterSpec(weightName, List.of(outputs, inputs), weight, MATRIX),
                new ParameterSpec(biasName, List.of(outputs), linear.bias(inputs), BASE));
    }

    /** Projects {@code input}, B×inputs×L, to {@code output}, B×outputs×L. */
    public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
        Forward forward = new Forward(pass);
        Tile.each(pass, Tile.LENGTH, tile -> forward.run(tile, tile.of(input, inputs), output));
    }

    /** Writes the gradient of {@code input}, which it may replace, and adds those of the parameters. */
    public void backward(
            FloatArray input, FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        Backward backward = new Backward(
                pass, Tile.LENGTH, tile -> tile.of(input, inputs), tile -> tile.of(outputGradient, outputs));
        Tile.each(pass, Tile.LENGTH, tile -> backward.run(tile, tile.of(inputGradient, inputs)));
        backward.finish();
    }

    private Matrix weight(ForwardContext<FloatArray> pass) {
        return Matrix.of(pass.parameter(weightName), outputs, inputs);
    }

    public final class Forward {
        private final Matrix weight;
        private final float[] bias;

        public Forward(ForwardContext<FloatArray> pass) {
            weight = weight(pass);
            bias = hasBias ? pass.parameter(biasName).toArray() : new float[0];
        }

        /** From inputs×steps to the tile's part of {@code output}, B×outputs×L. */
        public void run(Tile tile, Matrix input, FloatArray output) {
            float[][] product = tile.rows(PRODUCT, outputs); // rows that are far apart would miss the TLB
            tile.of(product, outputs).set(weight, input);
            for (int channel = 0; channel < outputs && hasBias; channel++) {
                VectorOps.add(bias[channel], product[channel], tile.count());
            }
            tile.write(product, outputs, output);
        }
    }

    public final class Backward {
        private final Matrix weight;
        private final Function<Tile, Matrix> gradient;
        private final SharedGradient.OfVector biasGradient;

        /** Adds the gradient of the weight, from the inputs×steps and the gradient, outputs×steps, of every tile. */
        public Backward(
                ForwardContext<FloatArray> pass,
                int tileLength,
                Function<Tile, Matrix> input,
                Function<Tile, Matrix> gradient) {
            this.gradient = gradient;
            weight = weight(pass);
            biasGradient = SharedGradient.OfVector.ofTiles(pass, tileLength, biasName, hasBias ? outputs : 0);
            new SharedGradient(pass, weightName, outputs, inputs)
                    .add(
                            pass,
                            tileLength,
                            tile -> new SharedGradient.Term(
                                    gradient.apply(tile), input.apply(tile).t()));
        }

        /** Sets the gradient of a tile's input, which may take the place of the input itself. */
        public void run(Tile tile, Matrix inputGradient) {
            Matrix ofOutput = gradient.apply(tile);
            if (hasBias) {
                ofOutput.addRowSums(biasGradient.of(tile), tile.workspace());
            }
            inputGradient.set(weight.t(), ofOutput);
        }

        public void finish() {
            if (hasBias) {
                biasGradient.finish();
            }
        }
    }

    /** Dense projections y = A x + b over activations B×C×L in plain double loops, with their gradients. */
    public static final class Reference {
        private Reference() {}

        public static double[] forward(String name, double[] x, ForwardContext<double[]> pass) {
            return forward(pass.parameter(name + ".weight"), pass.parameter(name + ".bias"), x, pass);
        }

        /** y[b, o, t] = Σ_i A[o, i] x[b, i, t] + bias[o]. */
        public static double[] forward(double[] weight, double[] bias, double[] x, ForwardContext<double[]> pass) {
            int length = pass.length();
            int outputs = bias.length;
            int inputs = weight.length / outputs;
            double[] y = new double[pass.batchSize() * outputs * length];
            for (int b = 0; b < pass.batchSize(); b++) {
                for (int o = 0; o < outputs; o++) {
                    int at = (b * outputs + o) * length;
                    for (int t = 0; t < length; t++) {
                        y[at + t] = bias[o];
                    }
                    for (int i = 0; i < inputs; i++) {
                        double a = weight[o * inputs + i];
                        int from = (b * inputs + i) * length;
                        for (int t = 0; t < length; t++) {
                            y[at + t] += a * x[from + t];
                        }
                    }
                }
            }
            return y;
        }

        /** The gradient of x; adds those of the weight and bias called {@code name}. */
        public static double[] backward(String name, double[] x, double[] gradient, ForwardContext<double[]> pass) {
            return backward(name + ".weight", pass.gradient(name + ".bias"), x, gradient, pass);
        }

        /** The same; adds the gradient of the bias to an array. */
        public static double[] backward(
                String weightName,
                double[] biasGradient,
                double[] x,
                double[] gradient,
                ForwardContext<double[]> pass) {
            int length = pass.length();
            double[] weight = pass.parameter(weightName);
            double[] weightGradient = pass.gradient(weightName);
            int outputs = biasGradient.length;
            int inputs = weight.length / outputs;
            double[] dx = new double[pass.batchSize() * inputs * length];
            for (int b = 0; b < pass.batchSize(); b++) {
                for (int o = 0; o < outputs; o++) {
                    int at = (b * outputs + o) * length;
                    for (int t = 0; t < length; t++) {
                        biasGradient[o] += gradient[at + t];
                    }
                    for (int i = 0; i < inputs; i++) {
                        int from = (b * inputs + i) * length;
                        double a = weight[o * inputs + i];
                        for (int t = 0; t < length; t++) {
                            weightGradient[o * inputs + i] += gradient[at + t] * x[from + t];
                            dx[from + t] += a * gradient[at + t];
                        }
                    }
                }
            }
            return dx;
        }
    }
}
