package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.operator.tensor.ForwardContext;

/** The double reference of {@link LayerNorm}. */
public final class ReferenceNorm {
    private ReferenceNorm() {}

    public static double[] forward(double[] x, ForwardContext<double[]> pass) {
        double[] y = new double[x.length];
        eachStep(x, pass, (step, normalised, deviation) -> {
            for (int d = 0; d < normalised.length; d++) {
                y[step + d * pass.length()] = normalised[d] * pass.parameter("weight")[d] + pass.parameter("bias")[d];
            }
        });
        return y;
    }

    /** The gradient of x; adds those of weight and bias. */
    public static double[] backward(double[] x, double[] gradient, ForwardContext<double[]> pass) {
        double[] dx = new double[x.length];
        double[] weight = pass.parameter("weight");
        eachStep(x, pass, (step, normalised, deviation) -> {
            int width = normalised.length;
            double mean = 0;
            double projection = 0;
            for (int d = 0; d < width; d++) {
                double dy = gradient[step + d * pass.length()];
                pass.gradient("weight")[d] += dy * normalised[d];
                pass.gradient("bias")[d] += dy;
                mean += dy * weight[d] / width;
                projection += dy * weight[d] * normalised[d] / width;
            }
            for (int d = 0; d < width; d++) {
                double dy = gradient[step + d * pass.length()];
                dx[step + d * pass.length()] = (dy * weight[d] - mean - normalised[d] * projection) / deviation;
            }
        });
        return dx;
    }

    private interface Step {
        /** Channel d of the step is at {@code step + d·L}. */
        void accept(int step, double[] normalised, double deviation);
    }

    private static void eachStep(double[] x, ForwardContext<double[]> pass, Step step) {
        int width = pass.parameter("weight").length;
        double[] normalised = new double[width];
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int t = 0; t < pass.length(); t++) {
                int at = b * width * pass.length() + t;
                double mean = 0;
                for (int d = 0; d < width; d++) {
                    mean += x[at + d * pass.length()] / width;
                }
                double variance = 0;
                for (int d = 0; d < width; d++) {
                    normalised[d] = x[at + d * pass.length()] - mean;
                    variance += normalised[d] * normalised[d] / width;
                }
                double deviation = Math.sqrt(variance + LayerNorm.EPSILON);
                for (int d = 0; d < width; d++) {
                    normalised[d] /= deviation;
                }
                step.accept(at, normalised, deviation);
            }
        }
    }
}
