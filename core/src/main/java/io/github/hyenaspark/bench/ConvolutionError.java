package io.github.hyenaspark.bench;

import io.github.hyenaspark.convolution.DirectConvolution;

/**
 * How far the results in {@link ConvolutionRows} are from the definition in double: the first and the last channel, all
 * sequences of the first, at a sample of times. {@link DirectConvolution} computes all times, which takes too long for
 * long rows; the sums here are the same for one time.
 */
final class ConvolutionError {
    private static final long SAMPLED_PRODUCTS = 1L << 27;
    private static final int FEWEST_TIMES = 16;

    private final ConvolutionRows rows;
    private final ConvolutionBenchmark.Shape shape;
    private final int[] times;

    ConvolutionError(ConvolutionRows rows, ConvolutionBenchmark.Shape shape) {
        this.rows = rows;
        this.shape = shape;
        int length = shape.length();
        long affordable = Math.max(FEWEST_TIMES, SAMPLED_PRODUCTS / length / shape.batch());
        times = new int[(int) Math.min(length, affordable)];
        for (int i = 0; i < times.length; i++) {
            times[i] = (int) ((long) i * (length - 1) / Math.max(1, times.length - 1));
        }
    }

    /** After a backward pass without gates: the largest relative error of outputs and gradients. */
    double plain() {
        double worst = 0;
        for (int d : checkedChannels()) {
            Worst output = new Worst();
            Worst valueGradient = new Worst();
            Worst filterGradient = new Worst();
            double[] filter = doubles(rows.filter[d]);
            double[] filterSums = new double[times.length];
            for (int b = 0; b < shape.batch(); b++) {
                double[] input = doubles(rows.value[b][d]);
                double[] gradient = doubles(rows.outputGradient[b][d]);
                for (int i = 0; i < times.length; i++) {
                    int t = times[i];
                    output.add(rows.output[b][d][t], convolution(filter, input, t));
                    valueGradient.add(rows.valueGradient[b][d][t], correlation(gradient, filter, t));
                    filterSums[i] += correlation(gradient, input, t);
                }
            }
            addFilter(d, filterSums, filterGradient);
            worst = max(worst, output, valueGradient, filterGradient);
        }
        return worst;
    }

    /** The same after a backward pass with gates. */
    double gated() {
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
                double[] input = product(rows.value[b][d], rows.inputGate[b][d]);
                double[] gradient = product(rows.outputGradient[b][d], rows.outputGate[b][d]);
                for (int i = 0; i < times.length; i++) {
                    int t = times[i];
                    double convolved = convolution(filter, input, t);
                    double inputGradient = correlation(gradient, filter, t);
                    output.add(rows.output[b][d][t], rows.outputGate[b][d][t] * convolved);
                    outputGateGradient.add(rows.outputGateGradient[b][d][t], rows.outputGradient[b][d][t] * convolved);
                    valueGradient.add(rows.valueGradient[b][d][t], rows.inputGate[b][d][t] * inputGradient);
                    inputGateGradient.add(rows.inputGateGradient[b][d][t], rows.value[b][d][t] * inputGradient);
                    filterSums[i] += correlation(gradient, input, t);
                }
            }
            addFilter(d, filterSums, filterGradient);
            worst = max(worst, output, valueGradient, inputGateGradient, outputGateGradient, filterGradient);
        }
        return worst;
    }

    private int[] checkedChannels() {
        return shape.channels() == 1 ? new int[] {0} : new int[] {0, shape.channels() - 1};
    }

    private void addFilter(int d, double[] expected, Worst filterGradient) {
        for (int i = 0; i < times.length; i++) {
            filterGradient.add(rows.filterGradient[d][times[i]], expected[i]);
        }
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

    private double[] product(float[] one, float[] other) {
        double[] product = new double[shape.length()];
        for (int t = 0; t < product.length; t++) {
            product[t] = (double) one[t] * other[t];
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
