package io.github.hyenaspark.operator.filter;

/**
 * The exponential window that makes filters decay, exp(−τ|δ|) + shift (section 3.3 of arXiv 2302.10866). The rates δ
 * are spread over the filters, so the N−1 filters of one channel get neighbouring ones.
 */
public final class DecayWindow {
    private DecayWindow() {}

    /** The initial rates δ, one per filter, from the slowest to the fastest; all negative. */
    public static double[] rates(FilterConfig config, int filters) {
        double slow = Math.log(config.decayTarget()) / config.slowDecayPct();
        double fast = Math.log(config.decayTarget()) / config.fastDecayPct();
        double[] rates = new double[filters];
        for (int m = 0; m < filters; m++) {
            rates[m] = filters == 1 ? slow : slow + m * (fast - slow) / (filters - 1);
        }
        return rates;
    }

    /** exp(−τ|δ|) at time τ in [0, 1]. */
    static double decay(double time, double rate) {
        return Math.exp(-time * Math.abs(rate));
    }

    /** ∂decay/∂δ. */
    static double derivative(double time, double rate) {
        return -time * Math.signum(rate) * decay(time, rate);
    }
}
