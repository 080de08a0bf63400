package io.github.hyenaspark.operator;

import io.github.hyenaspark.convolution.GatedGradient;
import io.github.hyenaspark.convolution.GatedRow;
import io.github.hyenaspark.convolution.LongConvolution;
import java.util.Arrays;

/**
 * The N−1 long convolutions of every head channel: the taps of {@link ImplicitFilter}, to which the direct term d·w of
 * safari's code is added at the first tap, which is the same sum and costs nothing. A channel's spectra are made when
 * its turn comes, in both passes: they stay in the cache while all sequences and heads use them, and nothing of their
 * size is kept.
 */
final class LongFilters {
    private final HyenaConfig config;
    private final ImplicitFilter filter;
    private FloatArray taps = FloatArray.allocate(0); // h, F×L; in the backward pass its gradient takes its place
    private double[] directGradient = {};
    private int length;

    LongFilters(HyenaConfig config) {
        this.config = config;
        filter = new ImplicitFilter(config);
    }

    void forward(Pass<FloatArray> pass) {
        length = pass.length();
        taps = taps.atLeast((long) config.filters() * length);
        filter.forward(taps, pass.within("filter"));
        if (config.directTerm()) {
            float[] direct = pass.parameter("filter.direct").toArray();
            float[] first = new float[1];
            for (int m = 0; m < direct.length; m++) {
                taps.read(start(m), first, 1);
                first[0] += direct[m];
                taps.write(start(m), first, 1);
            }
        }
    }

    void startBackward() {
        directGradient = new double[config.filters()];
    }

    /** Adds what the channels have summed over the batch and the heads. */
    void finishBackward(Pass<FloatArray> pass) {
        if (config.directTerm()) {
            pass.gradient("filter.direct").add(directGradient);
        }
        filter.backward(taps, pass.within("filter"));
    }

    /** The taps of every filter, F×L, with the direct term. */
    static float[][] taps(HyenaConfig config, Pass<FloatArray> pass) {
        LongFilters filters = new LongFilters(config);
        filters.forward(pass);
        float[][] rows = new float[config.filters()][pass.length()];
        for (int m = 0; m < rows.length; m++) {
            filters.taps.read(filters.start(m), rows[m], pass.length());
        }
        return rows;
    }

    private long start(int m) {
        return (long) m * length;
    }

    /** One channel after the other, in the thread that owns {@code scratch}. */
    Channel channel(Scratch scratch) {
        return new Channel(scratch);
    }

    /** The filters of one head channel, ready to run. */
    final class Channel implements ChannelFilters {
        private final LongConvolution convolution;
        private final float[] row;
        private final float[][] spectra;
        private final float[][] spectrumGradients;

        private Channel(Scratch scratch) {
            int filters = config.order() - 1;
            convolution = scratch.convolution(length);
            row = scratch.row("filters.row", length);
            spectra = scratch.rows("filters.spectra", filters, convolution.spectrumSize());
            spectrumGradients = scratch.rows("filters.spectrum-gradients", filters, convolution.spectrumSize());
        }

        /** Makes the spectra of channel {@code j}. */
        @Override
        public void start(int j) {
            for (int r = 0; r < config.order() - 1; r++) {
                taps.read(LongFilters.this.start(config.filter(j, r)), row, length);
                convolution.spectrum(row, spectra[r]);
            }
        }

        /** The same, for a backward pass. */
        void startBackward(int j) {
            start(j);
            for (float[] gradient : spectrumGradients) {
                Arrays.fill(gradient, 0f);
            }
        }

        @Override
        public void convolve(int r, int head, float[] input, float[] output) {
            convolution.forward(input, spectra[r], output);
        }

        /** Overwrites {@code inputGradient}, sums the filter's gradient. */
        void backward(int r, float[] outputGradient, float[] input, float[] inputGradient) {
            convolution.backward(outputGradient, input, spectra[r], inputGradient, spectrumGradients[r]);
        }

        @Override
        public void convolveGated(int r, int head, GatedRow gatedRow, float[] output) {
            convolution.gatedForward(gatedRow, spectra[r], output);
        }

        /** Overwrites the gradients of the row, sums the filter's. */
        void backwardGated(int r, GatedRow gatedRow, GatedGradient gradient) {
            convolution.gatedBackward(gatedRow, gradient, spectra[r], spectrumGradients[r]);
        }

        /** After all rows of channel {@code j}: puts the gradients of its filters in the place of their taps. */
        void finishBackward(int j) {
            for (int r = 0; r < config.order() - 1; r++) {
                int m = config.filter(j, r);
                convolution.filterGradient(spectrumGradients[r], row);
                directGradient[m] = row[0];
                taps.write(LongFilters.this.start(m), row, length);
            }
        }
    }
}
