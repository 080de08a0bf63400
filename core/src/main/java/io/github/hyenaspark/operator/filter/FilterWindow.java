package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * Multiplies the output of the filter network by the {@link DecayWindow}, then perhaps divides it by Σ|h| over channels
 * at each step. Within a tile the window is a geometric sequence: exp(−τ₀|δ|) times powers that all tiles share.
 */
public final class FilterWindow {
    private static final Workspace.Slot<float[][]> POWERS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> NORMS = Workspace.Slot.row();
    private static final Workspace.Slot<float[][]> H = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> PROJECTION = Workspace.Slot.row();

    private final ImplicitFilter.Spec spec;
    private final FilterConfig filter;
    private final double[] rates; // δ, one per filter
    private final float[][] powers; // exp(−τ|δ|) of the first steps, F×tile

    private FilterWindow(ImplicitFilter.Spec spec, double[] rates, float[][] powers) {
        this.spec = spec;
        this.rates = rates;
        this.powers = powers;
        filter = spec.filter();
    }

    /** The window with the rates of a pass. */
    static FilterWindow of(ImplicitFilter.Spec spec, ForwardContext<FloatArray> pass) {
        double[] rates = DecayWindow.rates(spec.filter(), spec.filters());
        if (spec.filter().trainDecay()) {
            float[] trained = pass.parameter("decay").toArray();
            for (int m = 0; m < rates.length; m++) {
                rates[m] = trained[m];
            }
        }
        int steps = spec.filter().modulate() ? Math.min(pass.length(), Tile.LENGTH) : 0;
        float[][] powers = pass.pool().workspace(0).rows(POWERS, rates.length, steps);
        double[] times = new double[steps];
        Arrays.setAll(times, t -> PositionalEncoding.time(t, spec.maxLength()));
        pass.pool().divide(rates.length, (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            float[] zeros = workspace.row(ROW, steps);
            Arrays.fill(zeros, 0, steps, 0f);
            for (int m = from; m < to; m++) {
                for (int t = 0; t < steps; t++) {
                    powers[m][t] = (float) (-times[t] * Math.abs(rates[m]));
                }
                workspace.exponential.ofDifferences(powers[m], zeros, steps);
            }
        });
        return new FilterWindow(spec, rates, powers);
    }

    /** Turns the rows of a tile, F of count steps, into filters. */
    void apply(Tile tile, float[][] h) {
        for (int m = 0; m < rates.length; m++) {
            multiply(tile, m, h[m]);
        }
        if (filter.normalized()) {
            float[] inverse = inverseNorms(tile, h);
            for (int m = 0; m < rates.length; m++) {
                VectorOps.multiply(h[m], inverse, h[m], tile.count());
            }
        }
    }

    /** Turns the gradient of the filters, F rows, into that of the network's output {@code raw}; adds the rates'. */
    void backward(Tile tile, float[][] raw, float[][] gradient, double[] rateSums) {
        if (filter.normalized()) {
            unnormalise(tile, raw, gradient);
        }
        for (int m = 0; m < rates.length; m++) {
            if (filter.trainDecay() && filter.modulate()) {
                rateSums[m] += rateGradient(tile, gradient[m], raw[m], m);
            }
            multiply(tile, m, gradient[m]);
        }
    }

    private void multiply(Tile tile, int m, float[] row) {
        if (filter.modulate()) {
            float base = (float) decayAtStart(tile, m);
            multiply(row, powers[m], base, (float) filter.shift(), tile.count());
        }
    }

    private double decayAtStart(Tile tile, int m) {
        return DecayWindow.decay(PositionalEncoding.time(tile.from(), spec.maxLength()), rates[m]);
    }

    private static void multiply(float[] row, float[] powers, float base, float shift, int count) {
        for (int t = 0; t < count; t++) {
            row[t] *= base * powers[t] + shift;
        }
    }

    /** Σ dh · raw · ∂decay/∂δ. */
    private double rateGradient(Tile tile, float[] gradient, float[] raw, int m) {
        double sum = 0;
        double base = decayAtStart(tile, m);
        for (int t = 0; t < tile.count(); t++) {
            double time = PositionalEncoding.time(tile.from() + t, spec.maxLength());
            sum += gradient[t] * raw[t] * time * powers[m][t];
        }
        return -Math.signum(rates[m]) * base * sum;
    }

    private float[] inverseNorms(Tile tile, float[][] h) {
        int count = tile.count();
        float[] norms = tile.workspace().row(NORMS, count);
        Arrays.fill(norms, 0, count, 0f);
        for (int m = 0; m < rates.length; m++) {
            for (int t = 0; t < count; t++) {
                norms[t] += Math.abs(h[m][t]);
            }
        }
        for (int t = 0; t < count; t++) {
            norms[t] = 1 / norms[t];
        }
        return norms;
    }

    /** ∂h̃_m = (∂h_m − sign(h̃_m) Σ_m' ∂h_m' h_m') / n. */
    private void unnormalise(Tile tile, float[][] raw, float[][] gradient) {
        int count = tile.count();
        float[][] h = tile.workspace().rows(H, rates.length, tile.count());
        for (int m = 0; m < rates.length; m++) {
            System.arraycopy(raw[m], 0, h[m], 0, count);
            multiply(tile, m, h[m]);
        }
        float[] inverse = inverseNorms(tile, h);
        float[] projection = tile.workspace().row(PROJECTION, count);
        Arrays.fill(projection, 0, count, 0f);
        for (int m = 0; m < rates.length; m++) {
            VectorOps.addProduct(gradient[m], h[m], projection, count);
        }
        VectorOps.multiply(projection, inverse, projection, count);
        for (int m = 0; m < rates.length; m++) {
            for (int t = 0; t < count; t++) {
                gradient[m][t] = (gradient[m][t] - Math.signum(h[m][t]) * projection[t]) * inverse[t];
            }
        }
    }

    /**
     * The window exp(−τ|δ|) + shift (section 3.3 of arXiv 2302.10866). The rates δ are spread over the filters, so the
     * N−1 filters of one channel get neighbouring ones.
     */
    public static final class DecayWindow {
        private DecayWindow() {}

        /** The initial rates δ, one per filter, from the slowest to the fastest; all negative. */
        public static double[] rates(FilterConfig config, int filters) {
            double slow = StrictMath.log(config.decayTarget()) / config.slowDecayPct();
            double fast = StrictMath.log(config.decayTarget()) / config.fastDecayPct();
            double[] rates = new double[filters];
            for (int m = 0; m < filters; m++) {
                rates[m] = filters == 1 ? slow : slow + m * (fast - slow) / (filters - 1);
            }
            return rates;
        }

        /** exp(−τ|δ|) at time τ in [0, 1]. */
        static double decay(double time, double rate) {
            return StrictMath.exp(-time * Math.abs(rate));
        }

        /** ∂decay/∂δ. */
        static double derivative(double time, double rate) {
            return -time * Math.signum(rate) * decay(time, rate);
        }
    }
}
