package io.github.hyenaspark.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The filter network: position → long filters h (section 3.3 of arXiv 2302.10866), evaluated once per pass for the
 * steps at hand, whatever the batch. a⁰ = z; q = A a + b; next a = sin(ω ⊙ q), one ω for all layers; h = (A_out a)
 * times the decay window, perhaps normalised over channels at each step (safari's sense of the word).
 */
final class ImplicitFilter {
    private final HyenaConfig config;
    private final FilterConfig filter;
    private final FloatArray fixedPositions;
    private final List<FloatArray> preActivations = new ArrayList<>(); // q, W×L each
    private final List<FloatArray> activations = new ArrayList<>(); // a, W×L each
    private FloatArray rawFilters = FloatArray.allocate(0); // F×L
    private int length;
    private double[] norms = {}; // Σ over channels, L

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

    /** The filters, F rows of {@code pass.length()} taps. */
    float[][] forward(Pass<FloatArray> pass) {
        resize(pass.length());
        int width = filter.width();
        float[] frequency = pass.parameter("frequency").toArray();
        Matrix a = positions(pass).t(); // E×L
        for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
            Matrix q = Matrix.of(preActivations.get(layer), width, length);
            q.set(weight(pass.parameter(layer + ".weight"), layer), a);
            a = Matrix.of(activations.get(layer), width, length);
            sine(q.values(), pass.parameter(layer + ".bias").toArray(), frequency, a.values());
        }
        Matrix h = Matrix.of(rawFilters, config.filters(), length);
        h.set(Matrix.of(pass.parameter("out.weight"), config.filters(), width), a);
        return windowed(rates(pass));
    }

    /** Adds the gradients of the parameters; {@code gradient} is that of the filters, F×L, and is overwritten. */
    void backward(float[][] gradient, Pass<FloatArray> pass) {
        unwindow(gradient, pass);
        int width = filter.width();
        int last = filter.hiddenLayers();
        FloatArray stored = FloatArray.allocate((long) config.filters() * length);
        for (int m = 0; m < gradient.length; m++) {
            stored.write((long) m * length, gradient[m], length);
        }
        Matrix dh = Matrix.of(stored, config.filters(), length);
        Matrix outWeight = Matrix.of(pass.parameter("out.weight"), config.filters(), width);
        Matrix a = Matrix.of(activations.get(last), width, length);
        Matrix.of(pass.gradient("out.weight"), config.filters(), width).add(dh, a.t());
        Matrix da = Matrix.of(FloatArray.allocate((long) width * length), width, length);
        da.set(outWeight.t(), dh);
        double[] frequencyGradient = new double[width];
        Matrix dq = Matrix.of(FloatArray.allocate((long) width * length), width, length);
        for (int layer = last; layer >= 0; layer--) {
            double[] biasGradient =
                    sineBackward(preActivations.get(layer), da.values(), dq.values(), pass, frequencyGradient);
            pass.gradient(layer + ".bias").add(biasGradient);
            Matrix below = layer == 0
                    ? positions(pass)
                    : Matrix.of(activations.get(layer - 1), width, length).t();
            weight(pass.gradient(layer + ".weight"), layer).add(dq, below);
            if (layer > 0) {
                da.set(weight(pass.parameter(layer + ".weight"), layer).t(), dq);
            }
        }
        pass.gradient("frequency").add(frequencyGradient);
        if (filter.trainPositions()) {
            FloatArray rows = pass.gradient("positions").slice(0, (long) length * filter.emb());
            Matrix.of(rows, length, filter.emb()).add(dq.t(), weight(pass.parameter("0.weight"), 0));
        }
    }

    private void resize(int newLength) {
        if (newLength == length) {
            return;
        }
        length = newLength;
        preActivations.clear();
        activations.clear();
        for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
            preActivations.add(FloatArray.allocate((long) filter.width() * length));
            activations.add(FloatArray.allocate((long) filter.width() * length));
        }
        rawFilters = FloatArray.allocate((long) config.filters() * length);
        norms = new double[length];
    }

    /** The first L rows of z, L×E: a prefix, not a rescaling. */
    private Matrix positions(Pass<FloatArray> pass) {
        FloatArray z = filter.trainPositions() ? pass.parameter("positions") : fixedPositions;
        return Matrix.of(z, length, filter.emb());
    }

    private Matrix weight(FloatArray values, int layer) {
        return Matrix.of(values, filter.width(), layer == 0 ? filter.emb() : filter.width());
    }

    private void sine(FloatArray q, float[] bias, float[] frequency, FloatArray a) {
        float[] row = new float[length];
        for (int w = 0; w < bias.length; w++) {
            long at = (long) w * length;
            q.read(at, row, length);
            Rows.add(bias[w], row, length);
            q.write(at, row, length);
            for (int t = 0; t < length; t++) {
                row[t] = (float) Math.sin((double) frequency[w] * row[t]);
            }
            a.write(at, row, length);
        }
    }

    /** dq = da ⊙ cos(ω q) ω; adds ∂ω = Σ da ⊙ cos(ω q) ⊙ q and returns ∂b = Σ dq. */
    private double[] sineBackward(
            FloatArray q, FloatArray da, FloatArray dq, Pass<FloatArray> pass, double[] frequencyGradient) {
        float[] frequency = pass.parameter("frequency").toArray();
        double[] biasGradient = new double[frequency.length];
        float[] row = new float[length];
        float[] gradient = new float[length];
        for (int w = 0; w < frequency.length; w++) {
            long at = (long) w * length;
            q.read(at, row, length);
            da.read(at, gradient, length);
            double sum = 0;
            for (int t = 0; t < length; t++) {
                double du = gradient[t] * Math.cos((double) frequency[w] * row[t]);
                sum += du * row[t];
                gradient[t] = (float) (du * frequency[w]);
            }
            frequencyGradient[w] += sum;
            biasGradient[w] = Rows.sum(gradient, length);
            dq.write(at, gradient, length);
        }
        return biasGradient;
    }

    private double[] rates(Pass<FloatArray> pass) {
        if (!filter.trainDecay()) {
            return DecayWindow.rates(filter, config.filters());
        }
        float[] trained = pass.parameter("decay").toArray();
        double[] rates = new double[trained.length];
        for (int m = 0; m < rates.length; m++) {
            rates[m] = trained[m];
        }
        return rates;
    }

    private double window(int t, double rate) {
        return filter.modulate()
                ? DecayWindow.decay(PositionalEncoding.time(t, config.maxLength()), rate) + filter.shift()
                : 1;
    }

    private float[][] windowed(double[] rates) {
        float[][] h = new float[config.filters()][length];
        Arrays.fill(norms, 0);
        for (int m = 0; m < h.length; m++) {
            rawFilters.read((long) m * length, h[m], length);
            for (int t = 0; t < length; t++) {
                h[m][t] = (float) (h[m][t] * window(t, rates[m]));
                norms[t] += Math.abs(h[m][t]);
            }
        }
        if (filter.normalized()) {
            for (float[] row : h) {
                for (int t = 0; t < length; t++) {
                    row[t] = (float) (row[t] / norms[t]);
                }
            }
        }
        return h;
    }

    /** From the gradient of the finished filters to that of the network's output, in place. */
    private void unwindow(float[][] gradient, Pass<FloatArray> pass) {
        double[] rates = rates(pass);
        if (filter.normalized()) {
            unnormalise(gradient, windowed(rates));
        }
        double[] rateGradient = new double[rates.length];
        float[] raw = new float[length];
        for (int m = 0; m < gradient.length; m++) {
            rawFilters.read((long) m * length, raw, length);
            for (int t = 0; t < length; t++) {
                if (filter.trainDecay() && filter.modulate()) {
                    double time = PositionalEncoding.time(t, config.maxLength());
                    rateGradient[m] += gradient[m][t] * raw[t] * DecayWindow.derivative(time, rates[m]);
                }
                gradient[m][t] = (float) (gradient[m][t] * window(t, rates[m]));
            }
        }
        if (filter.trainDecay()) {
            pass.gradient("decay").add(rateGradient);
        }
    }

    /** ∂h̃_m = (∂h_m − sign(h̃_m) Σ_m' ∂h_m' h_m') / n. */
    private void unnormalise(float[][] gradient, float[][] h) {
        for (int t = 0; t < length; t++) {
            double projection = 0;
            for (int m = 0; m < h.length; m++) {
                projection += (double) gradient[m][t] * h[m][t];
            }
            for (int m = 0; m < h.length; m++) {
                gradient[m][t] = (float) ((gradient[m][t] - Math.signum(h[m][t]) * projection) / norms[t]);
            }
        }
    }
}
