package io.github.hyenaspark.operator.filter;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.DECAY;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.FILTER;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.POSITIONS;

import io.github.hyenaspark.operator.filter.FilterSpec.FilterMap;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The filter network: position → long filters h (section 3.3 of arXiv 2302.10866), evaluated once per pass whatever the
 * batch. a⁰ = z; q = A a + b; next a = sin(ω ⊙ q), one ω for all layers; h = (A_out a) times the decay window, perhaps
 * normalised over channels at each step, as in safari. CKConv has a constant ω and a bias of A_out instead of the
 * window. All of it happens tile by tile; the backward pass computes a tile again instead of keeping it.
 */
public final class ImplicitFilter implements FilterMap<FloatArray> {
    private static final Workspace.Slot<float[][]> H = Workspace.Slot.rows();
    private static final Workspace.Slot<FloatArray> RAW = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<FloatArray> DA = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> DQ = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> SINE = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> COSINE = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> GRADIENT = Workspace.Slot.row();

    private static final Workspace.Slot<FloatArray> A = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> Q = Workspace.Slot.array();

    private final Spec spec;
    private final FilterConfig filter;
    private final FloatArray fixedPositions;

    ImplicitFilter(Spec spec) {
        this.spec = spec;
        filter = spec.filter();
        int positions = filter.trainPositions() ? 0 : spec.maxLength();
        double[] z = new double[filter.features()];
        fixedPositions = FloatArray.allocate((long) positions * z.length);
        for (int i = 0; i < positions; i++) {
            for (int e = 0; e < z.length; e++) {
                z[e] = spec.position(i, e);
            }
            fixedPositions.add((long) i * z.length, z);
        }
    }

    @Override
    public void forward(FloatArray taps, ForwardContext<FloatArray> pass) {
        Parameters parameters = new Parameters(pass);
        FilterWindow window = FilterWindow.of(spec, pass);
        Tile.each(pass.ofOneSequence(), Tile.LENGTH, tile -> {
            Matrix raw = parameters.output(tile);
            float[][] h = tile.workspace().rows(H, spec.filters(), tile.count());
            raw.read(h);
            window.apply(tile, h);
            tile.write(h, spec.filters(), taps);
        });
    }

    @Override
    public void backward(FloatArray gradient, ForwardContext<FloatArray> pass) {
        Backward backward = new Backward(pass.ofOneSequence());
        Tile.inWaves(pass.ofOneSequence(), Tile.LENGTH, backward.weights, tile -> backward.run(tile, gradient));
        backward.finish();
    }

    /** The network with the parameters of one pass. */
    private final class Parameters {
        private final List<Matrix> weights = new ArrayList<>();
        private final List<float[]> biases = new ArrayList<>();
        private final Matrix outWeight;
        private final float[] outBias; // of ckconv
        private final float[] frequency;
        private final FloatArray positions;

        Parameters(ForwardContext<FloatArray> pass) {
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                weights.add(Matrix.of(pass.parameter(layer + ".weight"), filter.width(), inputs(layer)));
                biases.add(pass.parameter(layer + ".bias").toArray());
            }
            outWeight = Matrix.of(pass.parameter("out.weight"), spec.filters(), filter.width());
            frequency = frequency(pass);
            outBias = filter.isCkconv() ? pass.parameter("out.bias").toArray() : new float[0];
            positions = filter.trainPositions() ? pass.parameter("positions") : fixedPositions;
        }

        /** The rows of z that are the steps of a tile, count×E: a prefix, not a rescaling. */
        Matrix positions(Tile tile) {
            long start = (long) tile.from() * filter.features();
            return new Matrix(positions, start, tile.count(), filter.features(), filter.features(), false);
        }

        /** A_out a, F×count. */
        Matrix output(Tile tile) {
            Matrix a = positions(tile).t();
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                Matrix next = activations(tile, layer);
                next.set(weights.get(layer), a);
                sine(next, inputsOfSine(tile, layer), biases.get(layer), tile.workspace());
                a = next;
            }
            Matrix raw = tile.matrix(RAW, spec.filters());
            raw.set(outWeight, a);
            if (filter.isCkconv()) {
                addOutBias(raw, tile.workspace());
            }
            return raw;
        }

        private void addOutBias(Matrix raw, Workspace workspace) {
            float[] row = workspace.row(ROW, raw.columns());
            for (int m = 0; m < spec.filters(); m++) {
                raw.read(m, row);
                VectorOps.add(outBias[m], row, raw.columns());
                raw.write(m, row);
            }
        }

        /** From A a, in place, to sin(ω ⊙ q); also keeps q, W×count, which the backward pass needs. */
        private void sine(Matrix a, Matrix q, float[] bias, Workspace workspace) {
            float[] row = workspace.row(ROW, a.columns());
            for (int w = 0; w < filter.width(); w++) {
                a.read(w, row);
                VectorOps.add(bias[w], row, a.columns());
                q.write(w, row);
                workspace.sine.sines(frequency[w], row, row, a.columns());
                a.write(w, row);
            }
        }
    }

    private float[] frequency(ForwardContext<FloatArray> pass) {
        if (!filter.isCkconv()) {
            return pass.parameter("frequency").toArray();
        }
        float[] constant = new float[filter.width()];
        Arrays.fill(constant, (float) filter.sinFreq());
        return constant;
    }

    private int inputs(int layer) {
        return layer == 0 ? filter.features() : filter.width();
    }

    private Matrix activations(Tile tile, int layer) {
        return tile.matrix(A.at(layer), filter.width());
    }

    private Matrix inputsOfSine(Tile tile, int layer) {
        return tile.matrix(Q.at(layer), filter.width());
    }

    private final class Backward {
        private final ForwardContext<FloatArray> pass;
        private final Parameters parameters;
        private final FilterWindow window;
        private final List<SharedGradient> weights = new ArrayList<>(); // the last is outWeight
        private final List<SharedGradient.OfVector> biases = new ArrayList<>();
        private final SharedGradient outWeight;
        private final SharedGradient.OfVector outBias;
        private final SharedGradient.OfVector frequency;
        private final SharedGradient.OfVector rates;

        Backward(ForwardContext<FloatArray> pass) {
            this.pass = pass;
            parameters = new Parameters(pass);
            window = FilterWindow.of(spec, pass);
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                weights.add(new SharedGradient(pass, layer + ".weight", filter.width(), inputs(layer)));
                biases.add(SharedGradient.OfVector.ofTiles(pass, Tile.LENGTH, layer + ".bias", filter.width()));
            }
            outWeight = new SharedGradient(pass, "out.weight", spec.filters(), filter.width());
            weights.add(outWeight);
            outBias = SharedGradient.OfVector.ofTiles(pass, Tile.LENGTH, "out.bias", spec.filters());
            frequency = SharedGradient.OfVector.ofTiles(pass, Tile.LENGTH, "frequency", filter.width());
            rates = SharedGradient.OfVector.ofTiles(pass, Tile.LENGTH, "decay", spec.filters());
        }

        void run(Tile tile, FloatArray gradient) {
            Matrix raw = parameters.output(tile);
            float[][] dh = tile.workspace().rows(H, spec.filters(), tile.count());
            tile.read(gradient, spec.filters(), dh);
            window.backward(tile, raw, dh, rates.of(tile));
            for (int m = 0; m < spec.filters(); m++) {
                raw.write(m, dh[m]);
            }
            int last = filter.hiddenLayers();
            outWeight.put(tile, raw, activations(tile, last).t());
            if (filter.isCkconv()) {
                raw.addRowSums(outBias.of(tile), tile.workspace());
            }
            Matrix da = tile.matrix(DA, filter.width());
            da.set(parameters.outWeight.t(), raw);
            for (int layer = last; layer >= 0; layer--) {
                Matrix dq = tile.matrix(DQ.at(layer), filter.width());
                sineBackward(tile, layer, da, dq);
                Matrix below = layer == 0
                        ? parameters.positions(tile)
                        : activations(tile, layer - 1).t();
                weights.get(layer).put(tile, dq, below);
                if (layer > 0) {
                    da.set(parameters.weights.get(layer).t(), dq);
                }
            }
            if (filter.trainPositions()) {
                long start = (long) tile.from() * filter.features();
                new Matrix(pass.gradient("positions"), start, tile.count(), filter.features(), filter.features(), false)
                        .add(tile.matrix(DQ, filter.width()).t(), parameters.weights.get(0));
            }
        }

        /** dq = da ⊙ cos(ω q) ω; adds ∂ω = Σ da ⊙ cos(ω q) ⊙ q and ∂b = Σ dq. */
        private void sineBackward(Tile tile, int layer, Matrix da, Matrix dq) {
            int count = tile.count();
            Workspace workspace = tile.workspace();
            Matrix q = inputsOfSine(tile, layer);
            float[] row = workspace.row(ROW, count);
            float[] sine = workspace.row(SINE, count);
            float[] cosine = workspace.row(COSINE, count);
            float[] gradient = workspace.row(GRADIENT, count);
            double[] frequencySums = frequency.of(tile);
            for (int w = 0; w < filter.width(); w++) {
                q.read(w, row);
                da.read(w, gradient);
                workspace.sine.sinesAndCosines(parameters.frequency[w], row, sine, cosine, count);
                VectorOps.multiply(gradient, cosine, gradient, count);
                frequencySums[w] += workspace.sums.ofProducts(gradient, row, count);
                VectorOps.scale(parameters.frequency[w], gradient, count);
                dq.write(w, gradient);
            }
            dq.addRowSums(biases.get(layer).of(tile), workspace);
        }

        void finish() {
            biases.forEach(SharedGradient.OfVector::finish);
            if (filter.isCkconv()) {
                outBias.finish();
            } else {
                frequency.finish();
            }
            if (filter.trainDecay()) {
                rates.finish();
            }
        }
    }

    /**
     * Filters that a sine network computes from the position: Hyena's own (section 3.3 of arXiv 2302.10866), and those
     * of CKConv (arXiv 2102.02611), which sees the bare position in [−1, 1], keeps its sine frequency, has a bias in
     * the last layer, no window, and starts as a SIREN (arXiv 2006.09661). Unlike in its authors' code, weights are not
     * normalised and the last bias starts at 0.
     *
     * @param filters F
     * @param maxLength M
     */
    public record Spec(int filters, int maxLength, FilterConfig filter) implements FilterSpec {
        @Override
        public List<ParameterSpec> parameters(Initializer.Linear linear) {
            List<ParameterSpec> specs = new ArrayList<>();
            if (filter.trainPositions()) {
                int features = filter.emb();
                Initializer initial = new Initializer.Computed(at -> position(at / features, at % features));
                specs.add(new ParameterSpec("positions", List.of(maxLength, filter.emb()), initial, POSITIONS));
            }
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                int inputs = layer == 0 ? filter.features() : filter.width();
                List<Integer> shape = List.of(filter.width(), inputs);
                specs.add(new ParameterSpec(layer + ".weight", shape, weight(layer, inputs, linear), FILTER));
                specs.add(new ParameterSpec(layer + ".bias", List.of(filter.width()), bias(inputs, linear), FILTER));
            }
            if (!filter.isCkconv()) {
                Initializer frequency = new Initializer.Constant(filter.sinFreq());
                specs.add(new ParameterSpec("frequency", List.of(filter.width()), frequency, FILTER));
            }
            Initializer out = weight(filter.hiddenLayers() + 1, filter.width(), linear);
            specs.add(new ParameterSpec("out.weight", List.of(filters, filter.width()), out, FILTER));
            if (filter.isCkconv()) {
                specs.add(new ParameterSpec("out.bias", List.of(filters), new Initializer.Constant(0), FILTER));
            }
            if (filter.trainDecay()) {
                Initializer rates = new Initializer.Values(FilterWindow.DecayWindow.rates(filter, filters));
                specs.add(new ParameterSpec("decay", List.of(filters), rates, DECAY));
            }
            return specs;
        }

        private Initializer weight(int layer, int inputs, Initializer.Linear linear) {
            if (!filter.isCkconv()) {
                return linear.weight(inputs);
            }
            return new Initializer.Uniform(layer == 0 ? 1 : Math.sqrt(6.0 / inputs) / filter.sinFreq());
        }

        private Initializer bias(int inputs, Initializer.Linear linear) {
            return filter.isCkconv() ? new Initializer.Uniform(1) : linear.bias(inputs);
        }

        /** z[i, e] of z, M×E: what the network sees of a position before that is trained. */
        double position(int i, int e) {
            return filter.isCkconv()
                    ? 2 * PositionalEncoding.time(i, maxLength) - 1
                    : PositionalEncoding.feature(i, e, maxLength, filter.emb());
        }

        @Override
        public FilterMap<FloatArray> map() {
            return new ImplicitFilter(this);
        }

        @Override
        public FilterMap<double[]> referenceModule() {
            return new ReferenceImplicit(this);
        }

        @Override
        public long productFlop(int length) {
            long first = (long) filter.features() * filter.width();
            long rest =
                    (long) filter.hiddenLayers() * filter.width() * filter.width() + (long) filters * filter.width();
            long positionGradients = filter.trainPositions() ? 0 : 2 * first; // not computed where nobody trains them
            return length * (MixerConfig.Cost.FLOP_PER_WEIGHT * (first + rest) - positionGradients);
        }
    }
}
