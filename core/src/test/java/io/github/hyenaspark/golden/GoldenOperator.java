package io.github.hyenaspark.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.testing.Closeness;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Both forms of a mixer against one golden file. */
final class GoldenOperator {
    private final int batch;
    private final int length;
    private final MixerConfig config;
    private final Map<String, double[]> parameters;
    private final Map<String, double[]> gradients;
    private final JsonNode root;

    GoldenOperator(GoldenFile file) {
        root = file.root();
        JsonNode json = root.required("config");
        batch = root.required("batch").asInt();
        length = root.required("length").asInt();
        config = GoldenFile.mixerConfig(root.path("mixer").asText("hyena"), json);
        parameters = ours(GoldenFile.operatorParameters(root.required("parameters"), "", "values"));
        gradients = GoldenFile.operatorParameters(root.required("parameters"), "", "grad");
    }

    /**
     * The parameters that we have, cut to our size: the reference has an unused row of R, and d even when it is
     * switched off.
     */
    private Map<String, double[]> ours(Map<String, double[]> all) {
        Map<String, double[]> ours = new LinkedHashMap<>();
        for (ParameterSpec spec : config.parameters(new Initializer.Linear.Alone())) {
            assertThat(all).containsKey(spec.name());
            ours.put(spec.name(), Arrays.copyOf(all.get(spec.name()), spec.size()));
        }
        return ours;
    }

    void checkDouble() {
        check(config.referenceModule(), values -> values.clone(), values -> values, 1e-9, 1e-9);
    }

    void checkFloat() {
        // PyTorch's float32 deviates by up to 5.5e-6 of the maximum in outputs and 4e-5 in gradients on these files
        check(config.map(), GoldenOperator::floats, GoldenOperator::doubles, 1e-5, 1e-4);
    }

    private <A> void check(
            DifferentiableModule<A> operator,
            Function<double[], A> make,
            Function<A, double[]> values,
            double outputTolerance,
            double gradientTolerance) {
        Map<String, A> parameterArrays = new LinkedHashMap<>();
        Map<String, A> gradientArrays = new LinkedHashMap<>();
        parameters.forEach((name, array) -> {
            parameterArrays.put(name, make.apply(array));
            gradientArrays.put(name, make.apply(new double[array.length]));
        });
        ForwardContext<A> pass = ForwardContext.of(batch, length, parameterArrays, gradientArrays);
        A input = make.apply(golden("input"));
        A output = make.apply(new double[golden("output").length]);
        operator.forward(input, output, pass);
        Closeness.check("output", values.apply(output), golden("output"), outputTolerance);
        A inputGradient = make.apply(new double[golden("input_gradient").length]);
        operator.backward(make.apply(golden("upstream_gradient")), inputGradient, pass);
        Closeness.check("input gradient", values.apply(inputGradient), golden("input_gradient"), gradientTolerance);
        gradients.forEach((name, expected) -> {
            double[] found = gradientArrays.containsKey(name) ? values.apply(gradientArrays.get(name)) : new double[0];
            Closeness.check(name, Arrays.copyOf(found, expected.length), expected, gradientTolerance);
        });
    }

    private double[] golden(String field) {
        return GoldenFile.timeLast(GoldenFile.doubles(root.required(field)), batch, length);
    }

    private static FloatArray floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return FloatArray.copyOf(floats);
    }

    private static double[] doubles(FloatArray array) {
        float[] floats = array.toArray();
        double[] values = new double[floats.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[i];
        }
        return values;
    }
}
