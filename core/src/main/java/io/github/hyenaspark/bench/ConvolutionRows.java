package io.github.hyenaspark.bench;

import io.github.hyenaspark.convolution.DirectConvolution;
import io.github.hyenaspark.convolution.LongConvolution;
import java.util.Arrays;
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

    /**
     * How far the results in {@link ConvolutionRows} are from the definition in double: in the first and the last
     * channel, at a sample of times, because {@link DirectConvolution}, which computes all times, takes too long for
     * long rows.
     */
    static final class Deviation {
        private static final long SAMPLED_PRODUCTS = 1L << 27;
        private static final int FEWEST_TIMES = 16;

        private final ConvolutionRows rows;
        private final ConvolutionBenchmark.Shape shape;
        private final int[] times;
        private final double[] ones;

        Deviation(ConvolutionRows rows, ConvolutionBenchmark.Shape shape) {
            this.rows = rows;
            this.shape = shape;
            int length = shape.length();
            ones = new double[length];
            Arrays.fill(ones, 1);
            long affordable = Math.max(FEWEST_TIMES, SAMPLED_PRODUCTS / length / shape.batch());
            times = new int[(int) Math.min(length, affordable)];
            for (int i = 0; i < times.length; i++) {
                times[i] = (int) ((long) i * (length - 1) / Math.max(1, times.length - 1));
            }
        }

        /** After a backward pass, with or without gates: the largest relative error of outputs and gradients. */
        double largest(boolean gated) {
            double worst = 0;
            for (int d : checkedChannels()) {
                Worst output = new Worst();
                Worst valueGradient = new Worst();
                Worst inputGateGradient = new Worst();
                Worst outputGateGradient = new Worst();
                Worst filterGradient = new Worst();
                double[] filter = doubles(rows.filter[d]);
                double[] filterSums = new double[times.length];
                for (int b = 0; b < shape.batch(); b++) {
                    double[] value = doubles(rows.value[b][d]);
                    double[] outputGradient = doubles(rows.outputGradient[b][d]);
                    double[] inputGate = gated ? doubles(rows.inputGate[b][d]) : ones;
                    double[] outputGate = gated ? doubles(rows.outputGate[b][d]) : ones;
                    double[] input = product(value, inputGate);
                    double[] gradient = product(outputGradient, outputGate);
                    for (int i = 0; i < times.length; i++) {
                        int t = times[i];
                        double convolved = convolution(filter, input, t);
                        double inputGradient = correlation(gradient, filter, t);
                        output.add(rows.output[b][d][t], outputGate[t] * convolved);
                        valueGradient.add(rows.valueGradient[b][d][t], inputGate[t] * inputGradient);
                        if (gated) {
                            outputGateGradient.add(rows.outputGateGradient[b][d][t], outputGradient[t] * convolved);
                            inputGateGradient.add(rows.inputGateGradient[b][d][t], value[t] * inputGradient);
                        }
                        filterSums[i] += correlation(gradient, input, t);
                    }
                }
                for (int i = 0; i < times.length; i++) {
                    filterGradient.add(rows.filterGradient[d][times[i]], filterSums[i]);
                }
                worst = max(worst, output, valueGradient, filterGradient);
                worst = gated ? max(worst, inputGateGradient, outputGateGradient) : worst;
            }
            return worst;
        }

        private int[] checkedChannels() {
            return shape.channels() == 1 ? new int[] {0} : new int[] {0, shape.channels() - 1};
        }

        private static double max(double worst, Worst... others) {
            double max = worst;
            for (Worst other : others) {
                max = Math.max(max, other.relative());
            }
            return max;
        }

        /** Σ over s ≤ t of filter[s] input[t − s]. */
        private static double convolution(double[] filter, double[] input, int t) {
            double sum = 0;
            for (int s = 0; s <= t; s++) {
                sum += filter[s] * input[t - s];
            }
            return sum;
        }

        /** Σ over t ≥ lag of late[t] early[t − lag]. */
        private static double correlation(double[] late, double[] early, int lag) {
            double sum = 0;
            for (int t = lag; t < late.length; t++) {
                sum += late[t] * early[t - lag];
            }
            return sum;
        }

        private double[] doubles(float[] row) {
            double[] wide = new double[shape.length()];
            for (int t = 0; t < wide.length; t++) {
                wide[t] = row[t];
            }
            return wide;
        }

        private static double[] product(double[] one, double[] other) {
            double[] product = new double[one.length];
            for (int t = 0; t < product.length; t++) {
                product[t] = one[t] * other[t];
            }
            return product;
        }

        /** The largest difference and the largest element of one array. */
        private static final class Worst {
            private double difference;
            private double largest;

            void add(double found, double expected) {
                difference = Math.max(difference, Math.abs(found - expected));
                largest = Math.max(largest, Math.abs(expected));
            }

            double relative() {
                return difference / largest;
            }
        }
    }
}
