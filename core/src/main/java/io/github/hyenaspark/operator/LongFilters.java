package io.github.hyenaspark.operator;

import io.github.hyenaspark.convolution.GatedGradient;
import io.github.hyenaspark.convolution.GatedRow;
import io.github.hyenaspark.convolution.LongConvolution;

/**
 * The N−1 long convolutions of every head channel, ready to run: the filters of {@link ImplicitFilter} as spectra. The
 * direct term d·w of safari's code is added to the first tap, which is the same sum and costs nothing.
 */
final class LongFilters {
    private final HyenaConfig config;
    private final ImplicitFilter filter;
    private LongConvolution convolution = LongConvolution.ofLength(1);
    private float[][] spectra = {}; // F spectra
    private float[][] spectrumGradients = {};

    LongFilters(HyenaConfig config) {
        this.config = config;
        filter = new ImplicitFilter(config);
    }

    void forward(Pass<FloatArray> pass) {
        if (convolution.length() != pass.length() || spectra.length == 0) {
            convolution = LongConvolution.ofLength(pass.length());
            spectra = new float[config.filters()][convolution.spectrumSize()];
        }
        float[][] taps = filter.forward(pass.within("filter"));
        if (config.directTerm()) {
            float[] direct = pass.parameter("filter.direct").toArray();
            for (int m = 0; m < taps.length; m++) {
                taps[m][0] += direct[m];
            }
        }
        for (int m = 0; m < taps.length; m++) {
            convolution.spectrum(taps[m], spectra[m]);
        }
    }

    void startBackward() {
        spectrumGradients = new float[config.filters()][convolution.spectrumSize()];
    }

    /** output = h ∗ input + d · input for filter r of head channel j. */
    void convolve(int j, int r, float[] input, float[] output) {
        convolution.forward(input, spectra[number(j, r)], output);
    }

    /** Overwrites {@code inputGradient}, sums the filter's gradient. */
    void backward(int j, int r, float[] outputGradient, float[] input, float[] inputGradient) {
        int m = number(j, r);
        convolution.backward(outputGradient, input, spectra[m], inputGradient, spectrumGradients[m]);
    }

    /** output = x⁰ ⊙ (h ∗ (v ⊙ x¹) + d · (v ⊙ x¹)); also keeps what is in brackets. */
    void convolveGated(int j, int r, GatedRow row, float[] output) {
        convolution.gatedForward(row, spectra[number(j, r)], output);
    }

    /** Overwrites the gradients of the row, sums the filter's. */
    void backwardGated(int j, int r, GatedRow row, GatedGradient gradient) {
        int m = number(j, r);
        convolution.gatedBackward(row, gradient, spectra[m], spectrumGradients[m]);
    }

    /** Adds what was summed over the batch and the heads. */
    void finishBackward(Pass<FloatArray> pass) {
        float[][] gradient = new float[config.filters()][pass.length()];
        double[] direct = new double[config.filters()];
        for (int m = 0; m < gradient.length; m++) {
            convolution.filterGradient(spectrumGradients[m], gradient[m]);
            direct[m] = gradient[m][0];
        }
        if (config.directTerm()) {
            pass.gradient("filter.direct").add(direct);
        }
        filter.backward(gradient, pass.within("filter"));
    }

    /** Column j·(N−1)+r: the filters of one channel are neighbours. */
    private int number(int j, int r) {
        return j * (config.order() - 1) + r;
    }
}
