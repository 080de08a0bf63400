package io.github.hyenaspark.operator;

/**
 * How the long filters are made (section 3.3 of arXiv 2302.10866); bound from the settings {@code model.filter}.
 *
 * @param kind {@code implicit}: a sine network of the position
 * @param width of the filter network
 * @param emb features of the positional encoding, 2K+1, odd and at least 3
 * @param hiddenLayers layers between the first and the last of the filter network
 * @param sinFreq initial sine frequency ω
 * @param modulate whether the decay window is applied
 * @param shift added to the window
 * @param decayTarget what the window has fallen to at the given share of the longest length
 * @param fastDecayPct that share for the fastest channel
 * @param slowDecayPct that share for the slowest channel
 * @param normalized whether the filters are divided by the sum of their absolute values over channels at each time
 * @param trainPositions whether the positional encoding is trained
 * @param trainDecay whether the decay rates are trained
 */
public record FilterConfig(
        String kind,
        int width,
        int emb,
        int hiddenLayers,
        double sinFreq,
        boolean modulate,
        double shift,
        double decayTarget,
        double fastDecayPct,
        double slowDecayPct,
        boolean normalized,
        boolean trainPositions,
        boolean trainDecay) {
    public FilterConfig {
        if (!kind.equals("implicit")) {
            throw new IllegalArgumentException("filter.kind: found " + kind + ", known: implicit");
        }
        if (width < 1) {
            throw new IllegalArgumentException("filter.width: found " + width + ", expected at least 1");
        }
        if (emb < 3 || emb % 2 == 0) {
            throw new IllegalArgumentException("filter.emb: found " + emb + ", expected an odd number of at least 3");
        }
        if (hiddenLayers < 0) {
            throw new IllegalArgumentException("filter.hidden-layers: found " + hiddenLayers + ", expected 0 or more");
        }
        if (!(decayTarget > 0 && decayTarget < 1)) {
            throw new IllegalArgumentException(
                    "filter.decay-target: found " + decayTarget + ", expected a number between 0 and 1");
        }
        if (!(fastDecayPct > 0) || !(slowDecayPct > 0)) {
            throw new IllegalArgumentException("filter.fast-decay-pct and slow-decay-pct: found " + fastDecayPct
                    + " and " + slowDecayPct + ", expected positive numbers");
        }
    }

    /** Floating-point operations of the filter network for one position, forward and backward. */
    long productFlopPerPosition(int filters) {
        long first = (long) emb * width;
        long rest = (long) hiddenLayers * width * width + (long) filters * width;
        long positionGradients = trainPositions ? 0 : 2 * first; // not computed where nobody trains them
        return MixerCost.FLOP_PER_WEIGHT * (first + rest) - positionGradients;
    }
}
