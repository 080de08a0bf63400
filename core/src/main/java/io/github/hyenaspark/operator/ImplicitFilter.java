package io.github.hyenaspark.operator;

import java.util.ArrayList;
import java.util.List;

/**
 * The filter network: position → long filters h (section 3.3 of arXiv 2302.10866), evaluated once per pass for the
 * steps at hand, whatever the batch. a⁰ = z; q = A a + b; next a = sin(ω ⊙ q), one ω for all layers; h = (A_out a)
 * times the decay window, perhaps normalised over channels at each step (safari's sense of the word).
 *
 * <p>A step needs nothing of other steps, so it all happens tile by tile, and the backward pass computes a tile again
 * instead of keeping anything.
 */
final class ImplicitFilter {
    private final HyenaConfig config;
    private final FilterConfig filter;
    private final FloatArray fixedPositions;

    ImplicitFilter(HyenaConfig config) {
        this.config = config;
        filter = config.filter();
        fixedPositions =
                FloatArray.allocate(filter.trainPositions() ? 0 : Math.multiplyExact(config.maxLength(), filter.emb()));
        if (!filter.trainPositions()) {
            double[] z = PositionalEncoding.features(config.maxLength(), filter.emb());
            fixedPositions.add(z);
        }
    }

    /** Writes the filters, F×L. */
    void forward(FloatArray taps, Pass<FloatArray> pass) {
        Parameters parameters = new Parameters(pass);
        FilterWindow window = FilterWindow.of(config, pass);
        Tile.each(ofOneSequence(pass), Tile.LENGTH, tile -> {
            Matrix raw = parameters.output(tile);
            float[][] h = tile.scratch().rows("filter.h", config.filters(), tile.count());
            raw.read(h);
            window.apply(tile, h);
            tile.write(h, config.filters(), taps);
        });
    }

    /** Adds the gradients of the parameters; {@code gradient} is that of the filters, F×L. */
    void backward(FloatArray gradient, Pass<FloatArray> pass) {
        Backward backward = new Backward(pass);
        Tile.each(ofOneSequence(pass), Tile.LENGTH, tile -> backward.run(tile, gradient));
        backward.finish();
    }

    /** Filters are the same for all sequences. */
    private static Pass<FloatArray> ofOneSequence(Pass<FloatArray> pass) {
        return new Pass<>(
                1, pass.length(), pass.parameters(), pass.gradients(), pass.prefix(), pass.dropout(), pass.team());
    }

    /** The parameters of one pass, and the network that they make. */
    private final class Parameters {
        private final List<Matrix> weights = new ArrayList<>();
        private final List<float[]> biases = new ArrayList<>();
        private final Matrix outWeight;
        private final float[] frequency;
        private final FloatArray positions;

        Parameters(Pass<FloatArray> pass) {
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                weights.add(Matrix.of(pass.parameter(layer + ".weight"), filter.width(), inputs(layer)));
                biases.add(pass.parameter(layer + ".bias").toArray());
            }
            outWeight = Matrix.of(pass.parameter("out.weight"), config.filters(), filter.width());
            frequency = pass.parameter("frequency").toArray();
            positions = filter.trainPositions() ? pass.parameter("positions") : fixedPositions;
        }

        /** The rows of z that are the steps of a tile, count×E: a prefix, not a rescaling. */
        Matrix positions(Tile tile) {
            long start = (long) tile.from() * filter.emb();
            return new Matrix(positions, start, tile.count(), filter.emb(), filter.emb(), false);
        }

        /** A_out a, F×count. */
        Matrix output(Tile tile) {
            Matrix a = positions(tile).t();
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                Matrix next = activations(tile, layer);
                next.set(weights.get(layer), a);
                sine(next, inputsOfSine(tile, layer), biases.get(layer), tile.scratch());
                a = next;
            }
            Matrix raw = tile.matrix("filter.raw", config.filters());
            raw.set(outWeight, a);
            return raw;
        }

        /** From A a, in place, to sin(ω ⊙ q); also keeps q, W×count, which the backward pass needs. */
        private void sine(Matrix a, Matrix q, float[] bias, Scratch scratch) {
            float[] row = scratch.row("filter.row", a.columns());
            for (int w = 0; w < filter.width(); w++) {
                a.read(w, row);
                Rows.add(bias[w], row, a.columns());
                q.write(w, row);
                scratch.sine().sines(frequency[w], row, row, a.columns());
                a.write(w, row);
            }
        }
    }

    private int inputs(int layer) {
        return layer == 0 ? filter.emb() : filter.width();
    }

    private Matrix activations(Tile tile, int layer) {
        return tile.matrix("filter.a" + layer, filter.width());
    }

    private Matrix inputsOfSine(Tile tile, int layer) {
        return tile.matrix("filter.q" + layer, filter.width());
    }

    /** The gradients that a backward pass adds up. */
    private final class Backward {
        private final Pass<FloatArray> pass;
        private final Parameters parameters;
        private final FilterWindow window;
        private final List<SharedGradient> weights = new ArrayList<>();
        private final List<SharedSums> biases = new ArrayList<>();
        private final SharedGradient outWeight;
        private final SharedSums frequency;
        private final SharedSums rates;

        Backward(Pass<FloatArray> pass) {
            this.pass = pass;
            parameters = new Parameters(pass);
            window = FilterWindow.of(config, pass);
            for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
                weights.add(new SharedGradient(pass, layer + ".weight", filter.width(), inputs(layer)));
                biases.add(new SharedSums(pass, layer + ".bias", filter.width()));
            }
            outWeight = new SharedGradient(pass, "out.weight", config.filters(), filter.width());
            frequency = new SharedSums(pass, "frequency", filter.width());
            rates = new SharedSums(pass, "decay", config.filters());
        }

        void run(Tile tile, FloatArray gradient) {
            Matrix raw = parameters.output(tile);
            float[][] dh = tile.scratch().rows("filter.h", config.filters(), tile.count());
            tile.read(gradient, config.filters(), dh);
            window.backward(tile, raw, dh, rates.of(tile.member()));
            for (int m = 0; m < config.filters(); m++) {
                raw.write(m, dh[m]);
            }
            int last = filter.hiddenLayers();
            outWeight.of(tile.member()).add(raw, activations(tile, last).t());
            Matrix da = tile.matrix("filter.da", filter.width());
            da.set(parameters.outWeight.t(), raw);
            Matrix dq = tile.matrix("filter.dq", filter.width());
            for (int layer = last; layer >= 0; layer--) {
                sineBackward(tile, layer, da, dq);
                Matrix below = layer == 0
                        ? parameters.positions(tile)
                        : activations(tile, layer - 1).t();
                weights.get(layer).of(tile.member()).add(dq, below);
                if (layer > 0) {
                    da.set(parameters.weights.get(layer).t(), dq);
                }
            }
            if (filter.trainPositions()) {
                long start = (long) tile.from() * filter.emb();
                new Matrix(pass.gradient("positions"), start, tile.count(), filter.emb(), filter.emb(), false)
                        .add(dq.t(), parameters.weights.get(0));
            }
        }

        /** dq = da ⊙ cos(ω q) ω; adds ∂ω = Σ da ⊙ cos(ω q) ⊙ q and ∂b = Σ dq. */
        private void sineBackward(Tile tile, int layer, Matrix da, Matrix dq) {
            int count = tile.count();
            Scratch scratch = tile.scratch();
            Matrix q = inputsOfSine(tile, layer);
            float[] row = scratch.row("filter.row", count);
            float[] sine = scratch.row("filter.sine", count);
            float[] cosine = scratch.row("filter.cosine", count);
            float[] gradient = scratch.row("filter.gradient", count);
            double[] frequencySums = frequency.of(tile.member());
            for (int w = 0; w < filter.width(); w++) {
                q.read(w, row);
                da.read(w, gradient);
                scratch.sine().sinesAndCosines(parameters.frequency[w], row, sine, cosine, count);
                Rows.multiply(gradient, cosine, gradient, count);
                frequencySums[w] += scratch.sums().ofProducts(gradient, row, count);
                Rows.scale(parameters.frequency[w], gradient, count);
                dq.write(w, gradient);
            }
            dq.addRowSums(biases.get(layer).of(tile.member()), scratch);
        }

        void finish() {
            Scratch scratch = pass.team().scratch(0);
            weights.forEach(weight -> weight.finish(scratch));
            biases.forEach(SharedSums::finish);
            outWeight.finish(scratch);
            frequency.finish();
            if (filter.trainDecay()) {
                rates.finish();
            }
        }
    }
}
