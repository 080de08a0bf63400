package io.github.hyenaspark.convolution;

/**
 * The definition of the long convolution and of its gradients, in double and O(L²): the oracle of
 * {@link LongConvolution}, and the convolution of every reference form. All arrays of one call have the same length L.
 */
public final class DirectConvolution {
    private DirectConvolution() {}

    /** {@code output[t] = sum over s <= t of filter[s] input[t - s]}. */
    public static double[] forward(double[] filter, double[] input) {
        checkSameLength(filter, input);
        double[] output = new double[input.length];
        for (int t = 0; t < output.length; t++) {
            double sum = 0;
            for (int s = 0; s <= t; s++) {
                sum += filter[s] * input[t - s];
            }
            output[t] = sum;
        }
        return output;
    }

    /** {@code inputGradient[s] = sum over t >= s of filter[t - s] outputGradient[t]}. */
    public static double[] inputGradient(double[] filter, double[] outputGradient) {
        return correlation(outputGradient, filter);
    }

    /** {@code filterGradient[s] = sum over t >= s of outputGradient[t] input[t - s]}, of one row. */
    public static double[] filterGradient(double[] input, double[] outputGradient) {
        return correlation(outputGradient, input);
    }

    private static double[] correlation(double[] late, double[] early) {
        checkSameLength(late, early);
        double[] result = new double[late.length];
        for (int lag = 0; lag < result.length; lag++) {
            double sum = 0;
            for (int t = lag; t < late.length; t++) {
                sum += late[t] * early[t - lag];
            }
            result[lag] = sum;
        }
        return result;
    }

    private static void checkSameLength(double[] one, double[] other) {
        if (one.length != other.length) {
            throw new IllegalArgumentException(
                    "a convolution needs two rows of the same length, found " + one.length + " and " + other.length);
        }
    }
}
