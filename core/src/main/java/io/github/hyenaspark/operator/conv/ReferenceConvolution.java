package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.Activation;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/** The double reference of {@link GatedConvolution}: the definition, summed tap by tap. */
final class ReferenceConvolution implements DifferentiableModule<double[]> {
    private final ConvConfig config;
    private final int width;
    private final int taps;
    private double[] input = {};
    private double[] projected = {}; // values and gates, B×2D×L
    private double[] filtered = {}; // B×D×L
    private double[] gated = {}; // B×D×L

    ReferenceConvolution(ConvConfig config) {
        this.config = config;
        width = config.width();
        taps = config.taps();
    }

    @Override
    public void forward(double[] newInput, double[] output, ForwardContext<double[]> pass) {
        config.checkLength(pass.length());
        input = newInput;
        projected = Dense.Reference.forward("in", input, pass);
        filtered = new double[input.length];
        gated = new double[input.length];
        double[] weight = pass.parameter("taps.weight");
        for (int i = 0; i < gated.length; i++) {
            int t = i % pass.length();
            int d = i / pass.length() % width;
            filtered[i] = pass.parameter("taps.bias")[d];
            for (int lag = 0; lag <= Math.min(t, taps - 1); lag++) {
                filtered[i] += weight[(d + 1) * taps - 1 - lag] * projected[value(i, pass) - lag];
            }
            gated[i] = filtered[i] * Activation.SIGMOID.value(projected[gate(i, pass)]);
        }
        double[] result = Dense.Reference.forward("out", gated, pass);
        System.arraycopy(result, 0, output, 0, result.length);
    }

    @Override
    public void backward(double[] outputGradient, double[] inputGradient, ForwardContext<double[]> pass) {
        double[] dGated = Dense.Reference.backward("out", gated, outputGradient, pass);
        double[] dProjected = new double[projected.length];
        double[] weight = pass.parameter("taps.weight");
        double[] weightGradient = pass.gradient("taps.weight");
        for (int i = 0; i < gated.length; i++) {
            int t = i % pass.length();
            int d = i / pass.length() % width;
            double x = projected[gate(i, pass)];
            dProjected[gate(i, pass)] = dGated[i] * filtered[i] * Activation.SIGMOID.derivative(x);
            double dFiltered = dGated[i] * Activation.SIGMOID.value(x);
            pass.gradient("taps.bias")[d] += dFiltered;
            for (int lag = 0; lag <= Math.min(t, taps - 1); lag++) {
                int tap = (d + 1) * taps - 1 - lag;
                weightGradient[tap] += dFiltered * projected[value(i, pass) - lag];
                dProjected[value(i, pass) - lag] += dFiltered * weight[tap];
            }
        }
        double[] dx = Dense.Reference.backward("in", input, dProjected, pass);
        System.arraycopy(dx, 0, inputGradient, 0, dx.length);
    }

    /** Where the value of element i of B×D×L is among values and gates. */
    private int value(int i, ForwardContext<double[]> pass) {
        int sequence = width * pass.length();
        return i / sequence * 2 * sequence + i % sequence;
    }

    private int gate(int i, ForwardContext<double[]> pass) {
        return value(i, pass) + width * pass.length();
    }
}
