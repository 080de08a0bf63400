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
    private static final Workspace.Slot<float[][]> RAW = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> DA = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> DQ = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> SINE = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> COSINE = Workspace.Slot.row();
    private static final Workspace.Slot<float[][]> A = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> Q = Workspace.Slot.rows();

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
            float[][] h = parameters.output(tile);
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

        /** A_out a, F rows. */
        float[][] output(Tile tile) {
            Matrix a = positions(tile).t();
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                float[][] q = inputsOfSine(tile, layer);
                float[][] next = activations(tile, layer);
                tile.of(q, filter.width()).set(weights.get(layer), a);
                for (int w = 0; w < filter.width(); w++) {
                    VectorOps.add(biases.get(layer)[w], q[w], tile.count());
                    tile.workspace().sine.sines(frequency[w], q[w], next[w], tile.count());
                }
                a = tile.of(next, filter.width());
            }
            float[][] raw = tile.rows(RAW, spec.filters());
            tile.of(raw, spec.filters()).set(outWeight, a);
            for (int m = 0; m < outBias.length; m++) {
                VectorOps.add(outBias[m], raw[m], tile.count());
            }
            return raw;
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

    /** W rows of a layer, sin(ω ⊙ q). */
    private float[][] activations(Tile tile, int layer) {
        return tile.rows(A.at(layer), filter.width());
    }

    /** W rows of a layer, q. */
    private float[][] inputsOfSine(Tile tile, int layer) {
        return tile.rows(Q.at(layer), filter.width());
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
            float[][] raw = parameters.output(tile);
            float[][] gradientRows = tile.rows(H, gradient, spec.filters());
            window.backward(tile, raw, gradientRows, rates.of(tile));
            Matrix ofRaw = tile.of(gradientRows, spec.filters());
            int width = filter.width();
            int last = filter.hiddenLayers();
            outWeight.put(tile, ofRaw, tile.of(activations(tile, last), width).t());
            if (filter.isCkconv()) {
                ofRaw.addRowSums(outBias.of(tile), tile.workspace());
            }
            float[][] da = tile.rows(DA, width);
            tile.of(da, width).set(parameters.outWeight.t(), ofRaw);
            for (int layer = last; layer >= 0; layer--) {
                float[][] dq = tile.rows(DQ.at(layer), width);
                sineBackward(tile, layer, da, dq);
                Matrix below = layer == 0
                        ? parameters.positions(tile)
                        : tile.of(activations(tile, layer - 1), width).t();
                weights.get(layer).put(tile, tile.of(dq, width), below);
                if (layer > 0) {
                    tile.of(da, width).set(parameters.weights.get(layer).t(), tile.of(dq, width));
                }
            }
            if (filter.trainPositions()) {
                long start = (long) tile.from() * filter.features();
                new Matrix(pass.gradient("positions"), start, tile.count(), filter.features(), filter.features(), false)
                        .add(tile.of(tile.rows(DQ, width), width).t(), parameters.weights.get(0));
            }
        }

        /** dq = da ⊙ cos(ω q) ω; adds ∂ω = Σ da ⊙ cos(ω q) ⊙ q and ∂b = Σ dq. */
        private void sineBackward(Tile tile, int layer, float[][] da, float[][] dq) {
            int count = tile.count();
            Workspace workspace = tile.workspace();
            float[][] q = inputsOfSine(tile, layer);
            float[] sine = workspace.row(SINE, count);
            float[] cosine = workspace.row(COSINE, count);
            double[] frequencySums = frequency.of(tile);
            for (int w = 0; w < filter.width(); w++) {
                workspace.sine.sinesAndCosines(parameters.frequency[w], q[w], sine, cosine, count);
                VectorOps.multiply(da[w], cosine, dq[w], count);
                frequencySums[w] += workspace.sums.ofProducts(dq[w], q[w], count);
                VectorOps.scale(parameters.frequency[w], dq[w], count);
            }
            tile.of(dq, filter.width()).addRowSums(biases.get(layer).of(tile), workspace);
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
