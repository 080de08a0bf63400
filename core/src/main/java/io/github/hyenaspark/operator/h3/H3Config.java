package io.github.hyenaspark.operator.h3;

import static io.github.hyenaspark.operator.hyena.ReferenceFilters.add;
import static io.github.hyenaspark.operator.hyena.ReferenceFilters.row;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.filter.StateSpaceFilter;
import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.hyena.ReferenceFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One H3 operator (arXiv 2212.14052, algorithm 1) of D channels and up to {@code maxLength} tokens.
 *
 * @param states N, real states of every state-space model, even; also the taps of the shift
 * @param headWidth c, channels of one head, which multiplies keys and values as an outer product; divides {@code width}
 */
public record H3Config(int width, int maxLength, int states, int headWidth) implements MixerConfig {
    static final int PROJECTIONS = 3;

    public H3Config {
        MixerConfig.checkSizes(width, maxLength);
        MixerConfig.check(states >= 2 && states % 2 == 0, "h3.states", states, "an even number of at least 2");
        boolean divides = headWidth >= 1 && width % headWidth == 0;
        MixerConfig.check(divides, "h3.head-dim", headWidth, "a divisor of d-model " + width);
    }

    /** H = D/c. */
    public int heads() {
        return width / headWidth;
    }

    /** The model of every key channel, whose state is its last N inputs. */
    ExplicitFilter.Spec shift() {
        return new ExplicitFilter.Spec(width, states, BASE);
    }

    /** The diagonal model of every head. */
    StateSpaceFilter.Spec diagonal() {
        return new StateSpaceFilter.Spec(heads(), states);
    }

    @Override
    public List<ParameterSpec> parameters(Initializer.Linear linear) {
        List<ParameterSpec> specs =
                new ArrayList<>(Dense.in(width, PROJECTIONS * width).parameters(linear));
        model(shift(), linear).forEach(spec -> specs.add(spec.within("shift")));
        model(diagonal(), linear).forEach(spec -> specs.add(spec.within("diagonal")));
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    private static Stream<ParameterSpec> model(FilterSpec spec, Initializer.Linear linear) {
        ParameterSpec direct = new ParameterSpec("direct", List.of(spec.filters()), new Initializer.Normal(1), BASE);
        return Stream.concat(spec.parameters(linear).stream(), Stream.of(direct));
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new H3Operator(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new Reference(this);
    }

    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new H3Operator(this, capacity, pass);
    }

    /** Kept are projections, shifted keys, outputs of the diagonal models, and the input of the output projection. */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long dense = MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * (PROJECTIONS + 1) * width * width;
        long kept = (PROJECTIONS + 2L + headWidth) * tokens * width + (long) (width + heads()) * length;
        long rows = 4L * headWidth + 23; // of a head, and of the plans and spectra of both convolutions
        return new MixerConfig.Cost(
                dense + diagonal().productFlop(length), 1 + headWidth, headWidth, kept, rows * length);
    }

    LongFilters shiftFilters() {
        return new LongFilters("shift", 0, shift(), 1, true);
    }

    LongFilters diagonalFilters() {
        return new LongFilters("diagonal", 1, diagonal(), 1, true);
    }

    /** The double reference of {@link H3Operator}: the definition written out, O(L²), one row after the other. */
    private static final class Reference implements DifferentiableModule<double[]> {
        private final H3Config config;
        private final ReferenceFilters shift;
        private final ReferenceFilters diagonal;
        private double[] input = {};
        private double[] projected = {}; // q, k, v; B×3D×L
        private double[] shifted = {}; // k̄, B×D×L
        private double[] product = {}; // y, B×D×L

        Reference(H3Config config) {
            this.config = config;
            shift = new ReferenceFilters("shift", config.shift(), true);
            diagonal = new ReferenceFilters("diagonal", config.diagonal(), true);
        }

        @Override
        public void forward(double[] newInput, double[] output, ForwardContext<double[]> pass) {
            config.checkLength(pass.length());
            input = newInput;
            int length = pass.length();
            shift.forward(pass);
            diagonal.forward(pass);
            projected = Dense.Reference.forward("in", input, pass);
            shifted = new double[input.length];
            product = new double[input.length];
            for (int row = 0; row < input.length / length; row++) {
                write(shift.response(row % config.width(), key(row, length)), shifted, row);
            }
            for (int row = 0; row < input.length / length; row++) {
                double[] y = new double[length];
                for (int i : channelsOfHead(row)) {
                    double[] q = projection(i, 0, length);
                    double[] response = diagonal.response(head(row), keyTimesValue(i, row, length));
                    for (int t = 0; t < length; t++) {
                        y[t] += q[t] * response[t];
                    }
                }
                write(y, product, row);
            }
            double[] result = Dense.Reference.forward("out", product, pass);
            System.arraycopy(result, 0, output, 0, result.length);
        }

        @Override
        public void backward(double[] outputGradient, double[] inputGradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            double[] gradient = Dense.Reference.backward("out", product, outputGradient, pass);
            double[] projectedGradient = new double[projected.length];
            double[] shiftedGradient = new double[shifted.length];
            for (int row = 0; row < input.length / length; row++) {
                double[] dy = row(gradient, row, length);
                double[] v = projection(row, 2, length);
                for (int i : channelsOfHead(row)) {
                    double[] q = projection(i, 0, length);
                    double[] k = row(shifted, i, length);
                    double[] kv = keyTimesValue(i, row, length);
                    double[] response = diagonal.response(head(row), kv);
                    double[] dResponse = new double[length];
                    double[] dq = new double[length];
                    for (int t = 0; t < length; t++) {
                        dResponse[t] = dy[t] * q[t];
                        dq[t] = dy[t] * response[t];
                    }
                    double[] dkv = diagonal.backward(head(row), kv, dResponse);
                    double[] dk = new double[length];
                    double[] dv = new double[length];
                    for (int t = 0; t < length; t++) {
                        dk[t] = dkv[t] * v[t];
                        dv[t] = dkv[t] * k[t];
                    }
                    add(dq, projectedGradient, projectionRow(i, 0));
                    add(dk, shiftedGradient, i);
                    add(dv, projectedGradient, projectionRow(row, 2));
                }
            }
            for (int row = 0; row < input.length / length; row++) {
                double[] dk = shift.backward(row % config.width(), key(row, length), row(shiftedGradient, row, length));
                add(dk, projectedGradient, projectionRow(row, 1));
            }
            shift.finishBackward(pass);
            diagonal.finishBackward(pass);
            double[] dx = Dense.Reference.backward("in", input, projectedGradient, pass);
            System.arraycopy(dx, 0, inputGradient, 0, dx.length);
        }

        /** Rows, sequence times channel, that are the head of {@code row}. */
        private int[] channelsOfHead(int row) {
            int first = row - row % config.headWidth();
            int[] rows = new int[config.headWidth()];
            Arrays.setAll(rows, i -> first + i);
            return rows;
        }

        private int head(int row) {
            return row % config.width() / config.headWidth();
        }

        private int projectionRow(int row, int part) {
            return (row / config.width() * H3Config.PROJECTIONS + part) * config.width() + row % config.width();
        }

        private double[] projection(int row, int part, int length) {
            return row(projected, projectionRow(row, part), length);
        }

        private double[] key(int row, int length) {
            return projection(row, 1, length);
        }

        private double[] keyTimesValue(int keyRow, int valueRow, int length) {
            double[] kv = row(shifted, keyRow, length);
            double[] v = projection(valueRow, 2, length);
            for (int t = 0; t < length; t++) {
                kv[t] *= v[t];
            }
            return kv;
        }

        private static void write(double[] row, double[] rows, int number) {
            System.arraycopy(row, 0, rows, number * row.length, row.length);
        }
    }
}
