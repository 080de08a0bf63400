package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.IncrementalConvolution;
import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.filter.FilterMap;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * Long convolutions, a few for every channel that shares them: the taps of a {@link FilterSpec}, with the direct term
 * d·w of safari's code added to the first tap, which is the same sum for free. A channel's spectra are made when it is
 * processed, in both passes: they stay in the cache while all sequences and heads use them, and none are kept.
 */
public final class LongFilters {
    private final String part;
    private final Slots slots;
    private final int perChannel;
    private final boolean directTerm;
    private final int filters;
    private final FilterMap<FloatArray> filter;
    private FloatArray taps = FloatArray.allocate(0); // h, F×L; in the backward pass its gradient takes its place
    private double[] directGradient = {};
    private int length;

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
        taps = taps.atLeast((long) filters * length);
        filter.forward(taps, pass.within(part));
        if (directTerm) {
            float[] direct = pass.parameter(part + ".direct").toArray();
            float[] first = new float[1];
            for (int m = 0; m < direct.length; m++) {
                taps.read(start(m), first, 1);
                first[0] += direct[m];
                taps.write(start(m), first, 1);
            }
        }
    }

    public void startBackward() {
        directGradient = new double[filters];
    }

    /** Adds what the channels have summed over the batch and the heads. */
    public void finishBackward(ForwardContext<FloatArray> pass) {
        if (directTerm) {
            pass.gradient(part + ".direct").add(directGradient);
        }
        filter.backward(taps, pass.within(part));
    }

    /** The taps of every filter, F×L, with the direct term. */
    float[][] taps(ForwardContext<FloatArray> pass) {
        forward(pass);
        float[][] rows = new float[filters][length];
        for (int m = 0; m < filters; m++) {
            taps.read(start(m), rows[m], length);
        }
        return rows;
    }

    /** Filters of a channel; number r of channel j is filter j times as many, plus r. */
    int perChannel() {
        return perChannel;
    }

    private long start(int m) {
        return (long) m * length;
    }

    /** One channel after the other, in the thread that owns {@code workspace}. */
    public ChannelConvolution channel(Workspace workspace) {
        return new ChannelConvolution(workspace);
    }

    public final class ChannelConvolution implements ChannelFilters {
        private final LongConvolution convolution;
        private final float[] row;
        private final float[][] spectra;
        private final float[][] spectrumGradients;

        private ChannelConvolution(Workspace workspace) {
            convolution = workspace.convolution(length);
            row = workspace.row(slots.row(), length);
            spectra = workspace.rows(slots.spectra(), perChannel, convolution.spectrumSize());
            spectrumGradients = workspace.rows(slots.gradients(), perChannel, convolution.spectrumSize());
        }

        /** Makes the spectra of channel {@code j}. */
        @Override
        public void start(int j) {
            for (int r = 0; r < perChannel; r++) {
                taps.read(LongFilters.this.start(j * perChannel + r), row, length);
                convolution.spectrum(row, spectra[r]);
            }
        }

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

        /** Overwrites {@code inputGradient}, sums the filter's gradient. */
        public void backward(int r, float[] outputGradient, float[] input, float[] inputGradient) {
            convolution.backward(outputGradient, input, spectra[r], inputGradient, spectrumGradients[r]);
        }

        @Override
        public void convolveGated(int r, int head, LongConvolution.GatedRow gatedRow, float[] output) {
            convolution.gatedForward(gatedRow, spectra[r], output);
        }

        /** Overwrites the gradients of the row, sums the filter's. */
        public void backwardGated(int r, LongConvolution.GatedRow gatedRow, LongConvolution.GatedGradient gradient) {
            convolution.gatedBackward(gatedRow, gradient, spectra[r], spectrumGradients[r]);
        }

        /** After all rows of channel {@code j}: puts the gradients of its filters in the place of their taps. */
        public void finishBackward(int j) {
            for (int r = 0; r < perChannel; r++) {
                int m = j * perChannel + r;
                convolution.filterGradient(spectrumGradients[r], row);
                directGradient[m] = row[0];
                taps.write(LongFilters.this.start(m), row, length);
            }
        }
    }

    /** The long convolutions of a channel, direct term included; rows that share filters are numbered as heads. */
    public interface ChannelFilters {
        void start(int j);

        /** output = h ∗ input + d · input for filter r of a head. */
        void convolve(int r, int head, float[] input, float[] output);

        /** output = x⁰ ⊙ (h ∗ (v ⊙ x¹) + d · (v ⊙ x¹)); also keeps what is in brackets. */
        void convolveGated(int r, int head, LongConvolution.GatedRow gatedRow, float[] output);
    }

    /** The same for a sequence that grows: its beginning comes in one pass, then a step at a time. */
    public static final class Incremental implements ChannelFilters {
        private final int perChannel;
        private final IncrementalConvolution convolution;
        private float[] gated = {};
        private int passLength;
        private int channel;

        /** For {@code rowsPerFilter} rows each, numbered as heads, and {@code pass.length()} steps at most. */
        public Incremental(LongFilters filters, int rowsPerFilter, ForwardContext<FloatArray> pass) {
            perChannel = filters.perChannel();
            convolution = new IncrementalConvolution(filters.taps(pass), rowsPerFilter);
        }

        /** Before the channels of a pass of {@code length} steps, which is 1 but in the first pass. */
        public void startPass(int length) {
            passLength = length;
            gated = gated.length < length ? new float[length] : gated;
        }

        public void finishPass() {
            convolution.advance(passLength);
        }

        @Override
        public void start(int j) {
            channel = j;
            for (int r = 0; r < perChannel; r++) {
                convolution.prepare(j * perChannel + r);
            }
        }

        @Override
        public void convolve(int r, int head, float[] input, float[] output) {
            int filter = channel * perChannel + r;
            if (convolution.length() == 0) {
                convolution.first(filter, head, input, output, passLength);
            } else {
                output[0] = convolution.next(filter, head, input[0]);
            }
        }

        @Override
        public void convolveGated(int r, int head, LongConvolution.GatedRow row, float[] output) {
            VectorOps.multiply(row.value(), row.inputGate(), gated, passLength);
            convolve(r, head, gated, row.convolved());
            VectorOps.multiply(row.convolved(), row.outputGate(), output, passLength);
        }
    }
}
