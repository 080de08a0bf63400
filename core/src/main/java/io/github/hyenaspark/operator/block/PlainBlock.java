package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.DifferentiableMap;
import io.github.hyenaspark.operator.nn.PlainLinear;
import io.github.hyenaspark.operator.nn.PlainNorm;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.Gelu;
import io.github.hyenaspark.operator.tensor.Pass;
import java.util.Arrays;

/** The plain double form of {@link Block}. */
public final class PlainBlock implements DifferentiableMap<double[]> {
    private final BlockConfig config;
    private final DifferentiableMap<double[]> mixer;
    private double[] input = {};
    private double[] residual = {};
    private double[] normed2 = {};
    private double[] hidden = {};

    /** A block of the given configuration. */
    public PlainBlock(BlockConfig config) {
        this.config = config;
        mixer = config.mixer().plainMap();
    }

    @Override
    public void forward(double[] newInput, double[] output, Pass<double[]> pass) {
        input = newInput;
        double[] branch = new double[input.length];
        mixer.forward(PlainNorm.forward(input, pass.within("norm1")), branch, pass.within("mixer"));
        residual = sum(input, dropped(branch, pass.dropout().named("branch1"), pass.length()));
        normed2 = PlainNorm.forward(residual, pass.within("norm2"));
        hidden = PlainLinear.forward(pass.parameter("fc1.weight"), pass.parameter("fc1.bias"), normed2, pass);
        double[] out = PlainLinear.forward(pass.parameter("fc2.weight"), pass.parameter("fc2.bias"), activated(), pass);
        double[] result = sum(residual, dropped(out, pass.dropout().named("branch2"), pass.length()));
        System.arraycopy(result, 0, output, 0, result.length);
    }

    @Override
    public void backward(double[] outputGradient, double[] inputGradient, Pass<double[]> pass) {
        double[] branch = dropped(outputGradient, pass.dropout().named("branch2"), pass.length());
        double[] dHidden = PlainLinear.backward("fc2", activated(), branch, pass);
        for (int i = 0; i < dHidden.length; i++) {
            dHidden[i] *= Gelu.derivative(hidden[i]);
        }
        double[] dNormed2 = PlainLinear.backward("fc1", normed2, dHidden, pass);
        double[] dResidual = sum(outputGradient, PlainNorm.backward(residual, dNormed2, pass.within("norm2")));
        double[] dNormed1 = new double[input.length];
        mixer.backward(
                dropped(dResidual, pass.dropout().named("branch1"), pass.length()), dNormed1, pass.within("mixer"));
        double[] result = sum(dResidual, PlainNorm.backward(input, dNormed1, pass.within("norm1")));
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
