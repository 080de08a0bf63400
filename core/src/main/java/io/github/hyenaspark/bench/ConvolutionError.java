package io.github.hyenaspark.bench;

import io.github.hyenaspark.convolution.DirectConvolution;
import java.util.Arrays;

/**
 * How far the results in {@link ConvolutionRows} are from the definition in double: in the first and the last channel,
 * at a sample of times, because {@link DirectConvolution}, which computes all times, takes too long for long rows.
 */
final class ConvolutionError {
    private static final long SAMPLED_PRODUCTS = 1L << 27;
    private static final int FEWEST_TIMES = 16;

    private final ConvolutionRows rows;
    private final ConvolutionBenchmark.Shape shape;
    private final int[] times;
    private final double[] ones;

    ConvolutionError(ConvolutionRows rows, ConvolutionBenchmark.Shape shape) {
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
