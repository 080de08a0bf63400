package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.filter.FilterMap;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions, a few for every channel that shares them: the taps of a {@link FilterSpec}, with the direct term d·w of
 * safari's code added to the first tap, which is the same sum for free. Filters of a few taps are {@link DirectFilters
 * summed directly}. Of all others, a channel's spectra are made when it is processed, in both passes: they stay in the
 * cache while all sequences and heads use them, and none are kept.
 */
public final class LongFilters {
    private final String part;
    private final Slots slots;
    private final int perChannel;
    private final boolean directTerm;
    private final int filters;
    private final FilterSpec spec;
    private final FilterMap<FloatArray> filter;
    private FloatArray taps = FloatArray.allocate(0); // h, F×R; in the backward pass its gradient takes its place
    private @Nullable DirectFilters direct; // of the pass, if taps are few
    private double[] directGradient = {};
    private int length;
    private int reach; // R, taps of a filter that are not known to be zero

    /**
     * Filters without parameters yet.
     *
     * @param part of the operator, the first part of the parameters' names
     * @param slots that nothing else holds while these filters are used
     * @param perChannel filters of a channel, which are neighbours
     * @param directTerm whether d is added to the first tap of each
     */
    public LongFilters(String part, Slots slots, FilterSpec spec, int perChannel, boolean directTerm) {
        this.part = part;
        this.slots = slots;
        this.perChannel = perChannel;
        this.directTerm = directTerm;
        this.spec = spec;
        filters = spec.filters();
        filter = spec.map();
    }

    /** The memory of one thread for the filters of one channel. */
    public record Slots(
            Workspace.Slot<float[]> row, Workspace.Slot<float[][]> spectra, Workspace.Slot<float[][]> gradients) {
        public Slots() {
            this(Workspace.Slot.row(), Workspace.Slot.rows(), Workspace.Slot.rows());
        }
    }

    public void forward(ForwardContext<FloatArray> pass) {
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
        direct = spec.direct(length) ? new DirectFilters(this, DirectFilters.convolution(rows())) : null;
    }

    public void startBackward() {
        directGradient = new double[filters];
    }

    /** Adds what the channels have summed over the batch and the heads. */
    public void finishBackward(ForwardContext<FloatArray> pass) {
        if (directTerm) {
            pass.gradient(part + ".direct").add(directGradient);
        }
        filter.backward(taps, pass.within(part).ofLength(reach));
    }

    /** The first taps of every filter for {@code pass.length()} steps, direct term included; all others are zero. */
    float[][] taps(ForwardContext<FloatArray> pass) {
        forward(pass);
        return rows();
    }

    private float[][] rows() {
        float[][] rows = new float[filters][reach];
        for (int m = 0; m < filters; m++) {
            taps.read(start(m), rows[m], reach);
        }
        return rows;
    }

    /** In the place of the taps of filter {@code m}: their gradient; and that of its direct term. */
    void takeGradient(int m, float[] gradient, double ofDirectTerm) {
        directGradient[m] = ofDirectTerm;
        taps.write(start(m), gradient, reach);
    }

    int length() {
        return length;
    }

    /** Filters of a channel; number r of channel j is filter j times as many, plus r. */
    int perChannel() {
        return perChannel;
    }

    private long start(int m) {
        return (long) m * reach;
    }

    /** One channel after the other, in the thread that owns {@code workspace}. */
    public ChannelConvolution channel(Workspace workspace) {
        return direct == null ? new TransformedChannel(workspace) : direct.channel(workspace);
    }

    /**
     * The same for a sequence of at most {@code pass.length()} steps that grows.
     *
     * @param rowsPerFilter rows that share a filter, numbered as heads
     */
    public IncrementalFilters incremental(int rowsPerFilter, ForwardContext<FloatArray> pass) {
        int ofAll = spec.reach(pass.length());
        return ofAll < pass.length()
                ? new IncrementalFilters.OfRecentInputs(this, ofAll, rowsPerFilter, pass)
                : new IncrementalFilters.OfAllInputs(this, rowsPerFilter, pass);
    }

    private final class TransformedChannel implements ChannelConvolution {
        private final LongConvolution convolution;
        private final float[] row;
        private final float[][] spectra;
        private final float[][] spectrumGradients;

        TransformedChannel(Workspace workspace) {
            convolution = workspace.convolution(length);
            row = workspace.row(slots.row(), length);
            spectra = workspace.rows(slots.spectra(), perChannel, convolution.spectrumSize());
            spectrumGradients = workspace.rows(slots.gradients(), perChannel, convolution.spectrumSize());
        }

        /** Makes the spectra of channel {@code j}. */
        @Override
        public void start(int j) {
            for (int r = 0; r < perChannel; r++) {
                taps.read(LongFilters.this.start(j * perChannel + r), row, reach);
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
        }

        @Override
        public void backward(int r, float[] outputGradient, float[] input, float[] inputGradient) {
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
                takeGradient(j * perChannel + r, row, row[0]);
            }
        }
    }

    /** The convolutions of a channel, direct term included; rows that share filters are numbered as heads. */
    public interface ChannelFilters {
        void start(int j);

        /** output = h ∗ input + d · input for filter r of a head. */
        void convolve(int r, int head, float[] input, float[] output);

        /** output = x⁰ ⊙ (h ∗ (v ⊙ x¹) + d · (v ⊙ x¹)); also keeps what is in brackets. */
        void convolveGated(int r, int head, LongConvolution.GatedRow gatedRow, float[] output);
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
