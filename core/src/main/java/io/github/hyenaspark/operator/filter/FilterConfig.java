package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.operator.nn.MixerConfig;
import java.io.Serializable;

/**
 * How the long filters are made; bound from the settings {@code model.filter}.
 *
 * @param kind where the taps come from; the settings of other kinds are not used
 * @param width of the filter network, that of {@code ckconv} too
 * @param emb features of the positional encoding, 2K+1, odd and at least 3
 * @param hiddenLayers layers between the first and the last of the filter network
 * @param sinFreq sine frequency ω, at first or always
 * @param modulate whether the decay window is applied
 * @param shift added to the window
 * @param decayTarget what the window has fallen to at the given share of the longest length
 * @param fastDecayPct that share for the fastest channel
 * @param slowDecayPct that share for the slowest channel
 * @param normalized whether the filters are divided by the sum of their absolute values over channels at each time
 * @param trainPositions whether the positional encoding is trained
 * @param trainDecay whether the decay rates are trained
 * @param modes K, of every {@code fourier} filter
 * @param states N, of every {@code state-space} filter, even
 */
public record FilterConfig(
        Kind kind,
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
        boolean trainDecay,
        int modes,
        int states)
        implements Serializable {
    public FilterConfig {
        check(width >= 1, "width", width, "at least 1");
        check(emb >= 3 && emb % 2 != 0, "emb", emb, "an odd number of at least 3");
        check(hiddenLayers >= 0, "hidden-layers", hiddenLayers, "0 or more");
        check(decayTarget > 0 && decayTarget < 1, "decay-target", decayTarget, "a number between 0 and 1");
        boolean decays = fastDecayPct > 0 && slowDecayPct > 0;
        check(decays, "fast-decay-pct and slow-decay-pct", fastDecayPct + " and " + slowDecayPct, "positive numbers");
        check(kind != Kind.CKCONV || sinFreq > 0, "sin-freq", sinFreq, "a positive number");
        check(modes >= 1, "modes", modes, "at least 1");
        check(states >= 2 && states % 2 == 0, "states", states, "an even number of at least 2");
    }

    private static void check(boolean valid, String setting, Object found, String expected) {
        MixerConfig.check(valid, "filter." + setting, found, expected);
    }

    boolean isCkconv() {
        return kind == Kind.CKCONV;
    }

    /** E, what the filter network sees of a position. */
    int features() {
        return isCkconv() ? 1 : emb;
    }

    /** The same without what only the implicit kind has: window, normalisation, trained positions. */
    public FilterConfig bare() {
        return new FilterConfig(
                kind,
                width,
                emb,
                hiddenLayers,
                sinFreq,
                false,
                shift,
                decayTarget,
                fastDecayPct,
                slowDecayPct,
                false,
                false,
                false,
                modes,
                states);
    }

    /** The sources of taps that section 4.1 of arXiv 2302.10866 compares. */
    public enum Kind {
        /** Hyena's own: a sine network of the positional encoding, times the decay window. */
        IMPLICIT,
        EXPLICIT,
        /** The lowest modes of the filters' discrete Fourier transform are the parameters. */
        FOURIER,
        /** The response of a diagonal state-space model. */
        STATE_SPACE,
        /** A sine network of the bare position, without a window. */
        CKCONV;

        /** Its name in settings. */
        public String settingName() {
            return SettingNames.of(this);
        }
    }
}
