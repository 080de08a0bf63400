package io.github.hyenaspark.bench;

import io.github.hyenaspark.convolution.LongConvolution;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The memory of a {@link ConvolutionBenchmark}: every row of every array, B×D×L or D×L, is separate, as in a training
 * step, so that caches behave the same. Rows of different arrays have different lengths, so that they do not all start
 * at the same offset within a page, which would make stores and loads wait for each other. The names are those of
 * {@link LongConvolution.GatedRow}; without gates, only v is convolved.
 */
final class ConvolutionRows {
    private static final int ARRAYS = 9;
    private static final int PADDING_STEP = 48;

    private int padding;

    final float[][][] value;
    final float[][][] inputGate;
    final float[][][] outputGate;
    final float[][][] convolved;
    final float[][][] output;
    final float[][][] outputGradient;
    final float[][][] valueGradient;
    final float[][][] inputGateGradient;
    final float[][][] outputGateGradient;
    final float[][] filter; // D×L
    final float[][] filterGradient; // D×L

    /** Random inputs, uniform in [-1, 1), and filters in [-1, 1) / √L. */
    ConvolutionRows(ConvolutionBenchmark.Shape shape, long seed) {
        checkHeap(shape);
        SplittableRandom random = new SplittableRandom(seed);
        value = filled(shape, random);
        inputGate = filled(shape, random);
        outputGate = filled(shape, random);
        outputGradient = filled(shape, random);
        convolved = empty(shape);
        output = empty(shape);
        valueGradient = empty(shape);
        inputGateGradient = empty(shape);
        outputGateGradient = empty(shape);
        filter = new float[shape.channels()][shape.length()];
        filterGradient = new float[shape.channels()][shape.length()];
        for (float[] row : filter) {
            fill(row, random, 1 / Math.sqrt(shape.length()));
        }
    }

    LongConvolution.GatedRow gated(int b, int d) {
        return new LongConvolution.GatedRow(value[b][d], inputGate[b][d], convolved[b][d], outputGate[b][d]);
    }

    LongConvolution.GatedGradient gatedGradient(int b, int d) {
        return new LongConvolution.GatedGradient(
                outputGradient[b][d], valueGradient[b][d], inputGateGradient[b][d], outputGateGradient[b][d]);
    }

    /** Heap of one channel, including its filter and the filter's gradient. */
    static double bytesPerChannel(int batch, int length) {
        return (double) Float.BYTES * length * ((double) ARRAYS * batch + 2);
    }

    private static void checkHeap(ConvolutionBenchmark.Shape shape) {
        double needed = shape.channels() * bytesPerChannel(shape.batch(), shape.length());
        double heap = Runtime.getRuntime().maxMemory();
        if (needed > heap) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "rows of this batch, channels and length need %.0f MiB of heap, found %.0f MiB; make one of them"
                            + " smaller or the heap larger, as in -- --driver-memory 16g",
                    needed / (1 << 20),
                    heap / (1 << 20)));
        }
    }

    /** Rows a little longer than those of the previous array. */
    private float[][][] empty(ConvolutionBenchmark.Shape shape) {
        padding += PADDING_STEP;
        return new float[shape.batch()][shape.channels()][shape.length() + padding];
    }

    private float[][][] filled(ConvolutionBenchmark.Shape shape, SplittableRandom random) {
        float[][][] rows = empty(shape);
        for (float[][] sequence : rows) {
            for (float[] row : sequence) {
                fill(row, random, 1);
            }
        }
        return rows;
    }

    private static void fill(float[] row, SplittableRandom random, double scale) {
        for (int t = 0; t < row.length; t++) {
            row[t] = (float) (scale * (2 * random.nextDouble() - 1));
        }
    }
}
