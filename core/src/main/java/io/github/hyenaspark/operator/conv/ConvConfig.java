package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.Activation;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;

/** D channels through a causal depthwise filter of K taps, gated as in a gated linear unit (arXiv 1612.08083). */
public record ConvConfig(int width, int maxLength, int taps) implements MixerConfig {
    public ConvConfig {
        MixerConfig.checkSizes(width, maxLength);
        boolean fits = taps >= 1 && taps <= maxLength;
        MixerConfig.check(fits, "conv.taps", taps, "from 1 to l-max, which is " + maxLength);
    }

    private FilterSpec filter() {
        return new ExplicitFilter.LatestLast(width, taps);
    }

    LongFilters filters() {
        return new LongFilters("taps", 0, filter(), 1, false);
    }

    @Override
    public List<ParameterSpec> parameters(Initializer.Linear linear) {
        List<ParameterSpec> specs = new ArrayList<>(Dense.in(width, 2 * width).parameters(linear));
        filter().parameters(linear).forEach(spec -> specs.add(spec.within("taps")));
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new GatedConvolution(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new Reference(this);
    }

    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new GatedConvolution(this, capacity, pass);
    }

    /** Kept are value and gate, the filtered value, the product with the gate, and the taps. */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        boolean direct = filter().direct(length);
        long rows = 8L + (direct ? taps : 8);
        return new MixerConfig.Cost(
                MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * 3 * width * width,
                direct ? 0 : 1,
                1,
                4 * tokens * width + (long) width * filter().reach(length),
                rows * length);
    }

    /** The double reference of {@link GatedConvolution}: the definition, summed tap by tap. */
    private static final class Reference implements DifferentiableModule<double[]> {
        private final ConvConfig config;
        private final int width;
        private final int taps;
        private double[] input = {};
        private double[] projected = {}; // values and gates, B×2D×L
        private double[] filtered = {}; // B×D×L
        private double[] gated = {}; // B×D×L

        Reference(ConvConfig config) {
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
}
