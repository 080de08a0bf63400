package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.RotaryAngles;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Multi-head causal attention (arXiv 1706.03762, section 3.2) of D channels and up to {@code maxLength} tokens.
 *
 * @param heads H, each a run of neighbouring channels; divides {@code width}
 * @param rotary whether queries and keys are rotated by position ({@link RotaryAngles}); needs heads of even width
 */
public record AttentionConfig(int width, int maxLength, int heads, boolean rotary) implements MixerConfig {
    public AttentionConfig {
        MixerConfig.checkSizes(width, maxLength);
        boolean divides = heads >= 1 && width % heads == 0;
        MixerConfig.check(divides, "attention.heads", heads, "a divisor of d-model " + width);
        MixerConfig.check(
                !rotary || width / heads % 2 == 0,
                "attention.heads",
                heads + " of " + width / heads + " channels",
                "an even number of channels, which rotary positions rotate in pairs; choose other heads or positions");
    }

    int headWidth() {
        return width / heads;
    }

    @Override
    public List<ParameterSpec> parameters(Initializer.Linear linear) {
        List<ParameterSpec> specs = new ArrayList<>(Dense.in(width, 3 * width).parameters(linear));
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new AttentionOperator(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new Reference(this);
    }

    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new AttentionOperator.Incremental(this, capacity);
    }

    /** What each group of keys adds to the gradients of the queries of a head that all threads share. */
    @Override
    public long togetherFloats(int batchSize, int length, int threads) {
        int blocks = (length + HeadTiles.LENGTH - 1) / HeadTiles.LENGTH;
        boolean divides = (long) batchSize * heads % threads == 0;
        return divides
                ? 0
                : (long) AttentionOperator.KeyGroups.number(blocks) * headWidth() * blocks * HeadTiles.LENGTH;
    }

    /**
     * Products: projections, scores, weighted values. Rows: gradients of a head's queries, of all keys and of a group,
     * and two blocks of scores.
     */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long pairs = (length + 1L) * length / 2 * batchSize;
        long kept = 4 * tokens * width + 2 * tokens * heads;
        long rows = 2L * headWidth() * length + 2L * HeadTiles.LENGTH * HeadTiles.LENGTH;
        return new MixerConfig.Cost(
                MixerConfig.Cost.FLOP_PER_WEIGHT * (4 * tokens * width * width + 2 * pairs * width), 0, 1, kept, rows);
    }

    /**
     * The double reference of {@link AttentionOperator}, by definition: all weights of a head at once, O(L²) memory.
     */
    private static final class Reference implements DifferentiableModule<double[]> {
        private final AttentionConfig config;
        private double[] input = {};
        private double[] projected = {}; // B×3D×L: queries and keys, rotated; values
        private double[] mixed = {}; // B×D×L

        Reference(AttentionConfig config) {
            this.config = config;
        }

        @Override
        public void forward(double[] newInput, double[] output, ForwardContext<double[]> pass) {
            config.checkLength(pass.length());
            input = newInput;
            projected = Dense.Reference.forward("in", input, pass);
            rotate(projected, 1, pass);
            mixed = new double[input.length];
            int length = pass.length();
            for (int row = 0; row < pass.batchSize() * config.heads(); row++) {
                Head head = new Head(row, length);
                double[][] weights = head.weights();
                for (int j = 0; j < config.headWidth(); j++) {
                    for (int t = 0; t < length; t++) {
                        for (int s = 0; s <= t; s++) {
                            mixed[head.mixed(j) + t] += weights[t][s] * projected[head.at(2, j) + s];
                        }
                    }
                }
            }
            double[] result = Dense.Reference.forward("out", mixed, pass);
            System.arraycopy(result, 0, output, 0, result.length);
        }

        @Override
        public void backward(double[] outputGradient, double[] inputGradient, ForwardContext<double[]> pass) {
            double[] dMixed = Dense.Reference.backward("out", mixed, outputGradient, pass);
            double[] gradient = new double[projected.length];
            for (int row = 0; row < pass.batchSize() * config.heads(); row++) {
                backward(new Head(row, pass.length()), dMixed, gradient);
            }
            rotate(gradient, -1, pass);
            double[] dx = Dense.Reference.backward("in", input, gradient, pass);
            System.arraycopy(dx, 0, inputGradient, 0, dx.length);
        }

        private void backward(Head head, double[] dMixed, double[] gradient) {
            double[][] weights = head.weights();
            for (int t = 0; t < head.length; t++) {
                double[] dWeight = new double[t + 1];
                double mean = 0;
                for (int s = 0; s <= t; s++) {
                    for (int j = 0; j < config.headWidth(); j++) {
                        double dy = dMixed[head.mixed(j) + t];
                        dWeight[s] += dy * projected[head.at(2, j) + s];
                        gradient[head.at(2, j) + s] += dy * weights[t][s];
                    }
                    mean += weights[t][s] * dWeight[s];
                }
                for (int s = 0; s <= t; s++) {
                    double dScore = weights[t][s] * (dWeight[s] - mean) / Math.sqrt(config.headWidth());
                    for (int j = 0; j < config.headWidth(); j++) {
                        gradient[head.at(0, j) + t] += dScore * projected[head.at(1, j) + s];
                        gradient[head.at(1, j) + s] += dScore * projected[head.at(0, j) + t];
                    }
                }
            }
        }

        private final class Head {
            private final int row;
            private final int length;

            Head(int row, int length) {
                this.row = row;
                this.length = length;
            }

            /** Where channel {@code j} of queries (0), keys (1) or values (2) starts. */
            int at(int part, int j) {
                int channel = part * config.width() + row % config.heads() * config.headWidth() + j;
                return (row / config.heads() * 3 * config.width() + channel) * length;
            }

            int mixed(int j) {
                return (row * config.headWidth() + j) * length;
            }

            /** softmax over s ≤ t of q_t·k_s/√c, L rows of different lengths. */
            double[][] weights() {
                double[][] weights = new double[length][];
                for (int t = 0; t < length; t++) {
                    double[] row = new double[t + 1];
                    double largest = Double.NEGATIVE_INFINITY;
                    for (int s = 0; s <= t; s++) {
                        for (int j = 0; j < config.headWidth(); j++) {
                            row[s] += projected[at(0, j) + t] * projected[at(1, j) + s];
                        }
                        row[s] /= Math.sqrt(config.headWidth());
                        largest = Math.max(largest, row[s]);
                    }
                    double sum = 0;
                    for (int s = 0; s <= t; s++) {
                        row[s] = StrictMath.exp(row[s] - largest);
                        sum += row[s];
                    }
                    for (int s = 0; s <= t; s++) {
                        row[s] /= sum;
                    }
                    weights[t] = row;
                }
                return weights;
            }
        }

        /** Rotates channels 2i and 2i+1 of every head's queries and keys by ±t·θ_i. */
        private void rotate(double[] rows, int sign, ForwardContext<double[]> pass) {
            int length = pass.length();
            for (int row = 0; row < pass.batchSize() * config.heads() && config.rotary(); row++) {
                Head head = new Head(row, length);
                for (int part = 0; part < 2; part++) {
                    for (int pair = 0; pair < config.headWidth() / 2; pair++) {
                        int even = head.at(part, 2 * pair);
                        int odd = head.at(part, 2 * pair + 1);
                        for (int t = 0; t < length; t++) {
                            double angle = sign * RotaryAngles.angle(pair, t, config.headWidth());
                            double x = rows[even + t];
                            double y = rows[odd + t];
                            rows[even + t] = x * StrictMath.cos(angle) - y * StrictMath.sin(angle);
                            rows[odd + t] = x * StrictMath.sin(angle) + y * StrictMath.cos(angle);
                        }
                    }
                }
            }
        }
    }
}
