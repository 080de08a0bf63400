package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.operator.tensor.ForwardContext;

/** Dense projections y = A x + b over activations B×C×L in plain double loops, with their gradients. */
public final class ReferenceLinear {
    private ReferenceLinear() {}

    /** The projection of x by the weight and bias called {@code name}. */
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
        int length = pass.length();
        double[] weight = pass.parameter(name + ".weight");
        double[] weightGradient = pass.gradient(name + ".weight");
        double[] biasGradient = pass.gradient(name + ".bias");
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
