package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random parameters and arrays for one map, in both forms, and one forward and backward pass with them. */
public final class Rehearsal {
    final int batchSize;
    final int length;
    public final Map<String, double[]> parameters = new HashMap<>();
    public final double[] input;
    final double[] outputGradient;
    private final Dropout dropout;
    public ComputePool pool = ComputePool.of(1);

    public Rehearsal(List<ParameterSpec> specs, int width, int batchSize, int length, long seed) {
        this.batchSize = batchSize;
        this.length = length;
        Random random = new Random(seed);
        for (ParameterSpec spec : specs) {
            double[] values = new double[spec.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (spec.initial().next(i, random) + 0.1 * random.nextGaussian());
            }
            parameters.put(spec.name(), values);
        }
        input = random.doubles((long) batchSize * width * length, -1, 1)
                .map(x -> (float) x)
                .toArray();
        outputGradient = random.doubles(input.length, -1, 1).map(x -> (float) x).toArray();
        dropout = new Dropout(seed, true);
    }

    /** What a pass computes. */
    public record Result(double[] output, double[] inputGradient, Map<String, double[]> gradients) {}

    public Result reference(DifferentiableModule<double[]> map) {
        Map<String, double[]> gradients = new HashMap<>();
        parameters.forEach((name, values) -> gradients.put(name, new double[values.length]));
        ForwardContext<double[]> pass =
                new ForwardContext<>(batchSize, length, parameters, gradients, "", dropout, pool);
        double[] output = new double[input.length];
        double[] inputGradient = new double[input.length];
        map.forward(input, output, pass);
        map.backward(outputGradient, inputGradient, pass);
        return new Result(output, inputGradient, gradients);
    }

    public Result floats(DifferentiableModule<FloatArray> map) {
        Map<String, FloatArray> values = new HashMap<>();
        Map<String, FloatArray> gradients = new HashMap<>();
        parameters.forEach((name, array) -> {
            values.put(name, floats(array));
            gradients.put(name, FloatArray.allocate(array.length));
        });
        ForwardContext<FloatArray> pass = new ForwardContext<>(batchSize, length, values, gradients, "", dropout, pool);
        FloatArray output = FloatArray.allocate(input.length);
        FloatArray inputGradient = FloatArray.allocate(input.length);
        map.forward(floats(input), output, pass);
        map.backward(floats(outputGradient), inputGradient, pass);
        Map<String, double[]> found = new HashMap<>();
        gradients.forEach((name, array) -> found.put(name, doubles(array)));
        return new Result(doubles(output), doubles(inputGradient), found);
    }

    public static FloatArray floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return FloatArray.copyOf(floats);
    }

    public static double[] doubles(FloatArray array) {
        float[] floats = array.toArray();
        double[] values = new double[floats.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[i];
        }
        return values;
    }
}
