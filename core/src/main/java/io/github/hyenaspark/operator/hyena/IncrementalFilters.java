package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.IncrementalConvolution;
import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;

/**
 * The long convolutions of a sequence that is not there as a whole: its beginning comes in one pass, then a step at a
 * time. The taps are those of {@link LongFilters}.
 */
public final class IncrementalFilters implements LongFilters.ChannelFilters {
    private final int perChannel;
    private final IncrementalConvolution convolution;
    private float[] gated = {};
    private int passLength;
    private int channel;

    /**
     * Filters for the steps that a sequence may have.
     *
     * @param rowsPerFilter that every filter convolves, numbered as heads are
     * @param pass whose parameters the operator has, as long as the sequence may be
     */
    public IncrementalFilters(LongFilters filters, int rowsPerFilter, ForwardContext<FloatArray> pass) {
        perChannel = filters.perChannel();
        convolution = new IncrementalConvolution(filters.taps(pass), rowsPerFilter);
    }

    /** Before the channels of a pass of {@code length} steps, which is 1 but in the first pass. */
    public void startPass(int length) {
        passLength = length;
        gated = gated.length < length ? new float[length] : gated;
    }

    /** After the channels of a pass. */
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
