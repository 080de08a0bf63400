package io.github.hyenaspark.convolution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The causal convolution of rows whose elements come one at a time, where the next may depend on the outputs so far:
 * on-line multiplication (Fischer and Stockmeyer, 1974; van der Hoeven, 2002), used for long-convolution models by
 * Flash Inference (arXiv 2410.12982). T elements cost O(T log² T), not O(T² log T) as by {@link LongConvolution} for
 * each.
 *
 * <p>The first elements of a row are convolved at once, with all outputs that they reach. After t further elements,
 * with U the largest power of two that divides t, the last U are convolved with the first 2U taps and added to the next
 * U outputs: every pair of an element and a later output is in exactly one such block. Those below {@value #DIRECT} are
 * summed directly.
 *
 * <p>A step is: {@link #prepare} for every filter, {@link #next} for every row, {@link #advance}; the first step has
 * {@link #first} in place of the first two. Several rows may share a filter. For one thread at a time.
 */
public final class IncrementalConvolution {
    private static final int DIRECT = 32;

    private final int capacity;
    private final float[][] taps; // filters × capacity
    private final int rowsPerFilter;
    /** Before {@link #length} the elements of a row, from there on what they add to the outputs to come. */
    private final float[][] rows;

    private final LongConvolution whole;
    private final List<LongConvolution> blocks = new ArrayList<>(); // of 2U elements, U = DIRECT, 2 DIRECT, ...
    private final float[] input;
    private final float[] output;
    private final float[] spectrum;
    private int firstLength;
    private int length;

    /**
     * Rows without elements, {@code rowsPerFilter} for each filter; {@code taps}, filters of one length, the most
     * elements of a row, are not copied and must not change.
     */
    public IncrementalConvolution(float[][] taps, int rowsPerFilter) {
        if (taps.length == 0) {
            throw new IllegalArgumentException("an incremental convolution needs at least one filter");
        }
        this.taps = taps;
        this.rowsPerFilter = rowsPerFilter;
        capacity = taps[0].length;
        for (float[] filter : taps) {
            if (filter.length != capacity) {
                throw new IllegalArgumentException(
                        "all filters must have the same number of taps, found " + filter.length + " and " + capacity);
            }
        }
        rows = new float[taps.length * rowsPerFilter][capacity];
        whole = LongConvolution.ofLength(capacity);
        int longest = Math.max(capacity, 2 * Math.max(DIRECT, Integer.highestOneBit(capacity)));
        input = new float[longest];
        output = new float[longest];
        spectrum = new float[Math.max(whole.spectrumSize(), 2 * longest)];
    }

    public int length() {
        return length;
    }

    /** Takes the first {@code count} elements of a filter's row and writes their outputs, perhaps in place. */
    public void first(int filter, int row, float[] elements, float[] outputs, int count) {
        if (length > 0) {
            throw new IllegalStateException(
                    "rows have " + length + " elements; only empty rows take their first ones together");
        }
        if (count > capacity) {
            throw noRoom(count);
        }
        float[] into = rows[filter * rowsPerFilter + row];
        System.arraycopy(elements, 0, input, 0, count);
        Arrays.fill(input, count, capacity, 0f);
        whole.spectrum(taps[filter], spectrum);
        whole.forward(input, spectrum, into);
        System.arraycopy(into, 0, outputs, 0, count);
        System.arraycopy(input, 0, into, 0, count);
    }

    /** Before the next element of any row of this filter: does the block that has become complete, if there is one. */
    public void prepare(int filter) {
        int done = length - firstLength;
        if (done == 0 || done % DIRECT != 0 || length == capacity) {
            return;
        }
        int block = Integer.lowestOneBit(done);
        LongConvolution plan = plan(block);
        int reached = Math.min(block, capacity - length);
        int known = Math.min(2 * block, capacity);
        System.arraycopy(taps[filter], 0, input, 0, known);
        Arrays.fill(input, known, 2 * block, 0f);
        plan.spectrum(input, spectrum);
        Arrays.fill(input, block, 2 * block, 0f);
        for (int row = filter * rowsPerFilter; row < (filter + 1) * rowsPerFilter; row++) {
            System.arraycopy(rows[row], length - block, input, 0, block);
            plan.forward(input, spectrum, output);
            for (int i = 0; i < reached; i++) {
                rows[row][length + i] += output[block + i];
            }
        }
    }

    /** Takes the next element of a row and returns its output. */
    public float next(int filter, int row, float element) {
        if (length == capacity) {
            throw noRoom(length + 1);
        }
        float[] h = taps[filter];
        float[] into = rows[filter * rowsPerFilter + row];
        float result = into[length] + h[0] * element;
        into[length] = element;
        int done = length - firstLength;
        int reached = Math.min(DIRECT - done % DIRECT, capacity - length);
        for (int lag = 1; lag < reached; lag++) {
            into[length + lag] += element * h[lag];
        }
        return result;
    }

    /** After every row has taken its {@code count} first elements, or its next one. */
    public void advance(int count) {
        firstLength = length == 0 ? count : firstLength;
        length += count;
    }

    private LongConvolution plan(int block) {
        int level = Integer.numberOfTrailingZeros(block / DIRECT);
        while (blocks.size() <= level) {
            blocks.add(LongConvolution.ofLength((2 * DIRECT) << blocks.size()));
        }
        return blocks.get(level);
    }

    private IllegalArgumentException noRoom(int needed) {
        return new IllegalArgumentException("rows have room for " + capacity + " elements, needed are " + needed);
    }
}
