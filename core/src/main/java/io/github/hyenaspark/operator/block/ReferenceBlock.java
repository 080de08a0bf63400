package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Gelu;
import java.util.Arrays;

/** The double reference of {@link Block}. */
public final class ReferenceBlock implements DifferentiableModule<double[]> {
    private final BlockConfig config;
    private final DifferentiableModule<double[]> mixer;
    private double[] input = {};
    private double[] residual = {};
    private double[] normed2 = {};
    private double[] hidden = {};

    public ReferenceBlock(BlockConfig config) {
        this.config = config;
        mixer = config.mixer().referenceModule();
    }

    @Override
    public void forward(double[] newInput, double[] output, ForwardContext<double[]> pass) {
        input = newInput;
        double[] branch = new double[input.length];
        mixer.forward(LayerNorm.Reference.forward(input, pass.within("norm1")), branch, pass.within("mixer"));
        residual = sum(input, dropped(branch, pass.dropout().named("branch1"), pass.length()));
        normed2 = LayerNorm.Reference.forward(residual, pass.within("norm2"));
        hidden = Dense.Reference.forward("fc1", normed2, pass);
        double[] out = Dense.Reference.forward("fc2", activated(), pass);
        double[] result = sum(residual, dropped(out, pass.dropout().named("branch2"), pass.length()));
        System.arraycopy(result, 0, output, 0, result.length);
    }

    @Override
    public void backward(double[] outputGradient, double[] inputGradient, ForwardContext<double[]> pass) {
        double[] branch = dropped(outputGradient, pass.dropout().named("branch2"), pass.length());
        double[] dHidden = Dense.Reference.backward("fc2", activated(), branch, pass);
        for (int i = 0; i < dHidden.length; i++) {
            dHidden[i] *= Gelu.derivative(hidden[i]);
        }
        double[] dNormed2 = Dense.Reference.backward("fc1", normed2, dHidden, pass);
        double[] dResidual =
                sum(outputGradient, LayerNorm.Reference.backward(residual, dNormed2, pass.within("norm2")));
        double[] dNormed1 = new double[input.length];
        mixer.backward(
                dropped(dResidual, pass.dropout().named("branch1"), pass.length()), dNormed1, pass.within("mixer"));
        double[] result = sum(dResidual, LayerNorm.Reference.backward(input, dNormed1, pass.within("norm1")));
        System.arraycopy(result, 0, inputGradient, 0, result.length);
    }

    private double[] activated() {
        return Arrays.stream(hidden).map(Gelu::value).toArray();
    }

    private double[] dropped(double[] values, Dropout dropout, int length) {
        double[] result = values.clone();
        for (int at = 0; at < result.length; at += length) {
            dropout.apply(config.dropout(), at / length, result, at, length);
        }
        return result;
    }

    private static double[] sum(double[] x, double[] y) {
        double[] result = x.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] += y[i];
        }
        return result;
    }
}
