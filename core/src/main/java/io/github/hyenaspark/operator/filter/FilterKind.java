package io.github.hyenaspark.operator.filter;

import java.util.Locale;

/** Where the taps of the long filters come from: the parametrisations that section 4.1 of arXiv 2302.10866 compares. */
public enum FilterKind {
    /** Hyena's own: a sine network of the positional encoding, times the decay window. */
    IMPLICIT,
    /** Every tap is a parameter. */
    EXPLICIT,
    /** The lowest modes of the filters' discrete Fourier transform are the parameters. */
    FOURIER,
    /** The response of a diagonal state-space model. */
    STATE_SPACE,
    /** A sine network of the bare position, without a window. */
    CKCONV;

    /** Its name in settings. */
    public String settingName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
