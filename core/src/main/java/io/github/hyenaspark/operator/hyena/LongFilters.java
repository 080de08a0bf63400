package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.filter.FilterSpec.FilterMap;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Sums;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions, a few for every channel that shares them: the taps of a {@link FilterSpec}, with the direct term d·w of
 * safari's code added to the first tap, which is the same sum for free. Filters of a few taps are {@link DirectChannel
 * summed directly}. Of all others, a channel's spectra are made when it is processed, in both passes: they stay in the
 * cache while all sequences and heads use them, and none are kept.
 */
public final class LongFilters {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[][]> SPECTRA = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> SPECTRUM_GRADIENTS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> DELAYED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> GATED = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> GATED_GRADIENT = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> GRADIENT = Workspace.Slot.row();

    private final String part;
    private final int slot;
    private final int perChannel;
    private final boolean directTerm;
    private final int filters;
    private final FilterSpec spec;
    private final FilterMap<FloatArray> filter;
    private FloatArray taps = FloatArray.allocate(0); // h, F×R; in the backward pass its gradient takes its place
    private @Nullable ShortConvolution direct; // of the pass, if taps are few
    private @Nullable IncrementalFilters growing; // for a sequence that grows
    private double[] directGradient = {};
    private float[] bias = {}; // zeros if there is none
    private double[] biasGradient = {};
    private int length;
    private int reach; // R, taps of a filter that are not known to be zero

    /**
     * Filters without parameters yet.
     *
     * @param part of the operator, the first part of the parameters' names
     * @param slot number of the memory of a thread, which the operator uses for no other filters
     * @param perChannel filters of a channel, which are neighbours
     * @param directTerm whether d is added to the first tap of each
     */
    public LongFilters(String part, int slot, FilterSpec spec, int perChannel, boolean directTerm) {
        this.part = part;
        this.slot = slot;
        this.perChannel = perChannel;
        this.directTerm = directTerm;
        this.spec = spec;
        filters = spec.filters();
        filter = spec.map();
    }

    /**
     * From now on for one sequence of at most {@code pass.length()} steps that grows, with the parameters of
     * {@code pass}: its beginning comes in one pass, then a step at a time; there is no backward pass.
     *
     * @param rowsPerFilter rows that share a filter, numbered as heads
     */
    public void grow(int rowsPerFilter, ForwardContext<FloatArray> pass) {
        growing = spec.needsRecentInputs(pass.length())
                ? new IncrementalFilters.OfRecentInputs(this, rowsPerFilter, pass.ofLength(spec.reach(pass.length())))
                : new IncrementalFilters.OfAllInputs(this, rowsPerFilter, pass);
    }

    public boolean grows() {
        return growing != null;
    }

    public void startForward(ForwardContext<FloatArray> pass) {
        if (growing == null) {
            makeTaps(pass);
        } else {
            growing.startPass(pass.length());
        }
    }

    public void finishForward() {
        if (growing != null) {
            growing.finishPass();
        }
    }

    /** Divides the channels of a forward pass; those of a sequence that grows share what it keeps, in one thread. */
    public void divide(int channels, ForwardContext<FloatArray> pass, ComputePool.Share share) {
        if (growing == null) {
            pass.pool().divide(channels, share);
        } else {
            share.run(0, 0, channels);
        }
    }

    /** One channel after the other, in the thread that owns {@code workspace}. */
    public ChannelFilters forwardChannel(Workspace workspace) {
        return growing == null ? channel(workspace) : growing;
    }

    void makeTaps(ForwardContext<FloatArray> pass) {
        length = pass.length();
        reach = spec.reach(length);
        taps = taps.atLeast((long) filters * reach);
        filter.forward(taps, pass.within(part).ofLength(reach));
        if (directTerm) {
            float[] terms = pass.parameter(part + ".direct").toArray();
            float[] first = new float[1];
            for (int m = 0; m < terms.length; m++) {
                taps.read(start(m), first, 1);
                first[0] += terms[m];
                taps.write(start(m), first, 1);
            }
        }
        bias = spec.hasBias() ? pass.parameter(part + ".bias").toArray() : new float[filters];
        direct = spec.direct(length) ? shortConvolution() : null;
    }

    public void startBackward() {
        directGradient = new double[filters];
        biasGradient = new double[filters];
    }

    /** Adds what the channels have summed over the batch and the heads. */
    public void finishBackward(ForwardContext<FloatArray> pass) {
        if (directTerm) {
            pass.gradient(part + ".direct").add(directGradient);
        }
        if (spec.hasBias()) {
            pass.gradient(part + ".bias").add(biasGradient);
        }
        filter.backward(taps, pass.within(part).ofLength(reach));
    }

    /** The taps of every filter, direct term included; all others are zero. */
    float[][] taps() {
        float[][] rows = new float[filters][reach];
        for (int m = 0; m < filters; m++) {
            taps.read(start(m), rows[m], reach);
        }
        return rows;
    }

    /** The same as a convolution tap by tap, which has the present last. */
    ShortConvolution shortConvolution() {
        float[][] rows = taps();
        float[] weight = new float[filters * reach];
        for (int m = 0; m < filters; m++) {
            for (int delay = 0; delay < reach; delay++) {
                weight[index(m, delay)] = rows[m][delay];
            }
        }
        return new ShortConvolution(weight, bias, new float[filters]);
    }

    private int index(int m, int delay) {
        return (m + 1) * reach - 1 - delay;
    }

    /** Replaces the taps of filter {@code m} by their gradient; takes that of its direct term. */
    private void takeGradient(int m, float[] gradient, double ofDirectTerm) {
        directGradient[m] = ofDirectTerm;
        taps.write(start(m), gradient, reach);
    }

    float[] bias() {
        return bias;
    }

    /** Filters of a channel; number r of channel j is filter j times as many, plus r. */
    int perChannel() {
        return perChannel;
    }

    private long start(int m) {
        return (long) m * reach;
    }

    /** The same with gradients. */
    public ChannelConvolution channel(Workspace workspace) {
        return direct == null ? new TransformedChannel(workspace) : new DirectChannel(direct, workspace);
    }

    private abstract class Channel implements ChannelConvolution {
        int first; // filter of the channel

        @Override
        public final int length() {
            return length;
        }

        @Override
        public void start(int j) {
            first = j * perChannel;
        }
    }

    /** Filters of a few taps, as sums of delayed rows. */
    private final class DirectChannel extends Channel {
        private final ShortConvolution convolution;
        private final Workspace workspace;
        private final float[][] delayed;
        private final float[] gated;
        private final float[] gatedGradient;
        private final float[] gradient;

        DirectChannel(ShortConvolution convolution, Workspace workspace) {
            this.convolution = convolution;
            this.workspace = workspace;
            delayed = workspace.rows(DELAYED, convolution.taps(), length);
            gated = workspace.row(GATED, length);
            gatedGradient = workspace.row(GATED_GRADIENT, length);
            gradient = workspace.row(GRADIENT, length);
        }

        @Override
        public void startBackward(int j) {
            start(j);
        }

        @Override
        public void convolve(int r, int head, float[] input, float[] output) {
            convolution.delay(input, delayed, length);
            convolution.forward(first + r, delayed, output, length);
        }

        @Override
        public void backward(int r, float[] outputGradient, float[] input, float[] inputGradient) {
            convolution.delay(input, delayed, length);
            convolution.backward(first + r, delayed, outputGradient, inputGradient, length, workspace);
        }

        @Override
        public void backwardGated(int r, LongConvolution.GatedRow row, LongConvolution.GatedGradient gradients) {
            VectorOps.multiply(row.value(), row.inputGate(), gated, length);
            VectorOps.multiply(gradients.output(), row.outputGate(), gradient, length);
            backward(r, gradient, gated, gatedGradient);
            VectorOps.multiply(gatedGradient, row.inputGate(), gradients.value(), length);
            VectorOps.multiply(gatedGradient, row.value(), gradients.inputGate(), length);
            VectorOps.multiply(row.convolved(), gradients.output(), gradients.outputGate(), length);
        }

        @Override
        public void finishBackward(int j) {
            float[] ofTaps = new float[reach];
            for (int m = first; m < first + perChannel; m++) {
                for (int delay = 0; delay < reach; delay++) {
                    ofTaps[delay] = (float) convolution.weightGradient()[index(m, delay)];
                }
                biasGradient[m] += convolution.biasGradient()[m];
                takeGradient(m, ofTaps, convolution.weightGradient()[index(m, 0)]);
            }
        }
    }

    private final class TransformedChannel extends Channel {
        private final Sums sums;
        private final LongConvolution convolution;
        private final float[] row;
        private final float[][] spectra;
        private final float[][] spectrumGradients;

        TransformedChannel(Workspace workspace) {
            sums = workspace.sums;
            convolution = workspace.convolution(length);
            row = workspace.row(ROW.at(slot), length);
            spectra = workspace.rows(SPECTRA.at(slot), perChannel, convolution.spectrumSize());
            spectrumGradients = workspace.rows(SPECTRUM_GRADIENTS.at(slot), perChannel, convolution.spectrumSize());
        }

        /** Makes the spectra of channel {@code j}. */
        @Override
        public void start(int j) {
            super.start(j);
            for (int r = 0; r < perChannel; r++) {
                taps.read(LongFilters.this.start(first + r), row, reach);
                Arrays.fill(row, reach, length, 0f);
                convolution.spectrum(row, spectra[r]);
            }
        }

        @Override
        public void startBackward(int j) {
            start(j);
            for (float[] gradient : spectrumGradients) {
                Arrays.fill(gradient, 0f);
            }
        }

        @Override
        public void convolve(int r, int head, float[] input, float[] output) {
            convolution.forward(input, spectra[r], output);
            if (spec.hasBias()) {
                VectorOps.add(bias[first + r], output, length);
            }
        }

        @Override
        public void backward(int r, float[] outputGradient, float[] input, float[] inputGradient) {
            if (spec.hasBias()) {
                biasGradient[first + r] += sums.of(outputGradient, length);
            }
            convolution.backward(outputGradient, input, spectra[r], inputGradient, spectrumGradients[r]);
        }

        @Override
        public void convolveGated(int r, int head, LongConvolution.GatedRow gatedRow, float[] output) {
            convolution.gatedForward(gatedRow, spectra[r], output);
        }

        @Override
        public void backwardGated(int r, LongConvolution.GatedRow gatedRow, LongConvolution.GatedGradient gradient) {
            convolution.gatedBackward(gatedRow, gradient, spectra[r], spectrumGradients[r]);
        }

        @Override
        public void finishBackward(int j) {
            for (int r = 0; r < perChannel; r++) {
                convolution.filterGradient(spectrumGradients[r], row);
                takeGradient(first + r, row, row[0]);
            }
        }
    }

    /** The convolutions of a channel, direct term included; rows that share filters are numbered as heads. */
    public interface ChannelFilters {
        /** Steps of every row. */
        int length();

        void start(int j);

        /** output = h ∗ input + d · input, plus the bias, for filter r of a head; {@code output} may be the input. */
        void convolve(int r, int head, float[] input, float[] output);

        /** output = x⁰ ⊙ (h ∗ (v ⊙ x¹) + d · (v ⊙ x¹)); also keeps what is in brackets. */
        default void convolveGated(int r, int head, LongConvolution.GatedRow row, float[] output) {
            VectorOps.multiply(row.value(), row.inputGate(), row.convolved(), length());
            convolve(r, head, row.convolved(), row.convolved());
            VectorOps.multiply(row.convolved(), row.outputGate(), output, length());
        }
    }

    /** The same with their gradients. */
    public interface ChannelConvolution extends ChannelFilters {
        void startBackward(int j);

        /** Overwrites {@code inputGradient}, sums the filter's gradient. */
        void backward(int r, float[] outputGradient, float[] input, float[] inputGradient);

        /** Overwrites the gradients of the row, sums the filter's. */
        void backwardGated(int r, LongConvolution.GatedRow gatedRow, LongConvolution.GatedGradient gradient);

        /** After all rows of channel {@code j}: puts the gradients of its filters in the place of their taps. */
        void finishBackward(int j);
    }
}
