package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Sums;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/** Over channels at every step, y = (x − mean)/√(var + 1e-5) · weight + bias, biased variance. Keeps nothing. */
public final class LayerNorm {
    private static final Workspace.Slot<float[]> MEAN = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> INVERSE_DEVIATION = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> PRODUCT = Workspace.Slot.row();

    static final double EPSILON = 1e-5;

    private final int width;
    private float[] weight = {};
    private float[] bias = {};

    public LayerNorm(int width) {
        this.width = width;
    }

    public void start(ForwardContext<FloatArray> pass) {
        weight = pass.parameter("weight").toArray();
        bias = pass.parameter("bias").toArray();
    }

    /** From the rows of a tile, D of {@code count} steps, to x̂ = (x − mean)/√(var + ε), which may replace them. */
    public void normalise(float[][] rows, float[][] normalised, int count, Workspace workspace) {
        PartClock.Part around = PartClock.enter(PartClock.Part.NORMS);
        float[] mean = workspace.row(MEAN, count);
        float[] deviation = workspace.row(INVERSE_DEVIATION, count);
        Arrays.fill(mean, 0, count, 0f);
        Arrays.fill(deviation, 0, count, 0f);
        for (int d = 0; d < width; d++) {
            VectorOps.add(rows[d], mean, count);
        }
        VectorOps.scale(1f / width, mean, count);
        for (int d = 0; d < width; d++) {
            VectorOps.subtract(rows[d], mean, normalised[d], count);
            VectorOps.addProduct(normalised[d], normalised[d], deviation, count);
        }
        for (int t = 0; t < count; t++) {
            deviation[t] = (float) (1 / Math.sqrt(deviation[t] / width + EPSILON));
        }
        for (int d = 0; d < width; d++) {
            VectorOps.multiply(normalised[d], deviation, normalised[d], count);
        }
        PartClock.leave(around);
    }

    /** From the rows of a tile to x̂ and to the output, D rows each; any of the three may be the same. */
    public void forward(Tile tile, float[][] rows, float[][] normalised, float[][] output) {
        PartClock.Part around = PartClock.enter(PartClock.Part.NORMS);
        normalise(rows, normalised, tile.count(), tile.workspace());
        for (int d = 0; d < width; d++) {
            VectorOps.set(bias[d], weight[d], normalised[d], output[d], tile.count());
        }
        PartClock.leave(around);
    }

    /** The gradients of weight and bias, of every tile. */
    public final class Gradients {
        private final SharedGradient.OfVector ofWeight;
        private final SharedGradient.OfVector ofBias;

        public Gradients(ForwardContext<FloatArray> pass, int tileLength) {
            ofWeight = SharedGradient.OfVector.ofTiles(pass, tileLength, "weight", width);
            ofBias = SharedGradient.OfVector.ofTiles(pass, tileLength, "bias", width);
        }

        /** After {@link #normalise}: turns the rows of {@code gradient}, of the output, into that of the input. */
        public void backward(Tile tile, float[][] normalised, float[][] gradient) {
            PartClock.Part around = PartClock.enter(PartClock.Part.NORMS);
            int count = tile.count();
            Sums sums = tile.workspace().sums;
            double[] weightSums = ofWeight.of(tile);
            double[] biasSums = ofBias.of(tile);
            float[] sum = tile.workspace().row(SUM, count);
            float[] product = tile.workspace().row(PRODUCT, count);
            Arrays.fill(sum, 0, count, 0f);
            Arrays.fill(product, 0, count, 0f);
            for (int d = 0; d < width; d++) {
                weightSums[d] = sums.ofProducts(gradient[d], normalised[d], count);
                biasSums[d] = sums.of(gradient[d], count);
                VectorOps.scale(weight[d], gradient[d], count);
                VectorOps.add(gradient[d], sum, count);
                VectorOps.addProduct(gradient[d], normalised[d], product, count);
            }
            VectorOps.scale(1f / width, sum, count);
            VectorOps.scale(1f / width, product, count);
            float[] deviation = tile.workspace().row(INVERSE_DEVIATION, count);
            for (int d = 0; d < width; d++) {
                project(gradient[d], normalised[d], sum, product, count);
                VectorOps.multiply(gradient[d], deviation, gradient[d], count);
            }
            PartClock.leave(around);
        }

        public void finish() {
            ofWeight.finish();
            ofBias.finish();
        }
    }

    /** dx̂ − mean(dx̂) − x̂ · mean(dx̂ ⊙ x̂). */
    private static void project(float[] gradient, float[] normalised, float[] sum, float[] product, int count) {
        for (int t = 0; t < count; t++) {
            gradient[t] = gradient[t] - sum[t] - normalised[t] * product[t];
        }
    }

    /** The same in doubles, row by row. */
    public static final class Reference {
        private Reference() {}

        public static double[] forward(double[] x, ForwardContext<double[]> pass) {
            double[] weight = pass.parameter("weight");
            double[] bias = pass.parameter("bias");
            double[] y = new double[x.length];
            for (int b = 0; b < pass.batchSize(); b++) {
                var rows = new Rows(x, b, weight.length, pass.length());
                for (int d = 0; d < weight.length; d++) {
                    double[] normalised = rows.normalised[d];
                    int from = rows.begin(d);
                    for (int t = 0; t < normalised.length; t++) {
                        y[from + t] = normalised[t] * weight[d] + bias[d];
                    }
                }
            }
            return y;
        }

        /** The gradient of x; adds those of weight and bias. */
        public static double[] backward(double[] x, double[] gradient, ForwardContext<double[]> pass) {
            double[] weight = pass.parameter("weight");
            double[] weightGradient = pass.gradient("weight");
            double[] biasGradient = pass.gradient("bias");
            double[] dx = new double[x.length];
            for (int b = 0; b < pass.batchSize(); b++) {
                var rows = new Rows(x, b, weight.length, pass.length());
                for (int d = 0; d < weight.length; d++) {
                    double[] normalised = rows.normalised[d];
                    int from = rows.begin(d);
                    for (int t = 0; t < normalised.length; t++) {
                        weightGradient[d] += gradient[from + t] * normalised[t];
                        biasGradient[d] += gradient[from + t];
                    }
                }
                rows.backward(gradient, weight, dx);
            }
            return dx;
        }

        /** x̂ of one sequence, D×L, and √(var + ε) of every step. */
        private static final class Rows {
            final double[][] normalised;
            private final double[] deviation;
            private final int sequence;

            Rows(double[] x, int sequence, int width, int length) {
                this.sequence = sequence;
                normalised = new double[width][length];
                deviation = new double[length];
                double[] mean = new double[length];
                for (int d = 0; d < width; d++) {
                    int from = begin(d);
                    for (int t = 0; t < length; t++) {
                        mean[t] += x[from + t] / width;
                    }
                }
                for (int d = 0; d < width; d++) {
                    double[] row = normalised[d];
                    int from = begin(d);
                    for (int t = 0; t < length; t++) {
                        row[t] = x[from + t] - mean[t];
                        deviation[t] += row[t] * row[t] / width;
                    }
                }
                for (int t = 0; t < length; t++) {
                    deviation[t] = Math.sqrt(deviation[t] + EPSILON);
                }
                for (double[] row : normalised) {
                    for (int t = 0; t < length; t++) {
                        row[t] /= deviation[t];
                    }
                }
            }

            /** Where the row of a channel begins in the arrays of a batch. */
            int begin(int channel) {
                return (sequence * normalised.length + channel) * deviation.length;
            }

            /** Writes (w ⊙ dy − mean(w ⊙ dy) − x̂ · mean(w ⊙ dy ⊙ x̂)) / √(var + ε). */
            void backward(double[] gradient, double[] weight, double[] dx) {
                int width = normalised.length;
                double[] mean = new double[deviation.length];
                double[] projection = new double[deviation.length];
                for (int d = 0; d < width; d++) {
                    int from = begin(d);
                    for (int t = 0; t < mean.length; t++) {
                        double scaled = gradient[from + t] * weight[d];
                        mean[t] += scaled / width;
                        projection[t] += scaled * normalised[d][t] / width;
                    }
                }
                for (int d = 0; d < width; d++) {
                    int from = begin(d);
                    for (int t = 0; t < mean.length; t++) {
                        double scaled = gradient[from + t] * weight[d];
                        dx[from + t] = (scaled - mean[t] - normalised[d][t] * projection[t]) / deviation[t];
                    }
                }
            }
        }
    }
}
