package io.github.hyenaspark.convolution;

import java.util.Arrays;
import java.util.Random;

/**
 * A program for {@link KernelForkIT}: runs the kernel that its JVM has until the compiler has seen it, and compares the
 * last results with the first, bit by bit, and with {@link DirectConvolution}. Its last line of output is the kernel's
 * name, its lanes, either "the same bits" or the first row that differs, and a hash of all bits.
 */
final class ForkedKernel {
    private static final long SEED = 20230221;
    private static final int LENGTH = 2048;
    private static final double TOLERANCE = 1e-6;

    private final LongConvolution convolution = LongConvolution.ofLength(LENGTH);
    private final float[] filter;
    private final LongConvolution.GatedRow row;
    private final float[] outputGradient;

    private ForkedKernel() {
        Random random = new Random(SEED);
        filter = row(random);
        row = new LongConvolution.GatedRow(row(random), row(random), new float[LENGTH], row(random));
        outputGradient = row(random);
    }

    public static void main(String[] arguments) {
        ForkedKernel program = new ForkedKernel();
        float[][] cold = program.results();
        LongConvolution.warmUp(LENGTH);
        float[][] hot = program.results();
        program.check(hot);
        String bits = Arrays.deepEquals(cold, hot) ? "the same bits" : "other bits when hot";
        print(ConvolutionKernels.atStart().name() + " kernel, "
                + ConvolutionKernels.atStart().reason() + ", " + bits + ", hash "
                + Arrays.stream(hot).map(Arrays::hashCode).toList().hashCode());
    }

    /** Output, gradients of v, x¹, x⁰ and h. */
    private float[][] results() {
        float[] spectrum = new float[convolution.spectrumSize()];
        float[] spectrumGradient = new float[convolution.spectrumSize()];
        float[][] results = new float[5][LENGTH];
        convolution.spectrum(filter, spectrum);
        convolution.gatedForward(row, spectrum, results[0]);
        LongConvolution.GatedGradient gradient =
                new LongConvolution.GatedGradient(outputGradient, results[1], results[2], results[3]);
        convolution.gatedBackward(row, gradient, spectrum, spectrumGradient);
        convolution.filterGradient(spectrumGradient, results[4]);
        return results;
    }

    private void check(float[][] results) {
        double[] v = doubles(row.value());
        double[] x1 = doubles(row.inputGate());
        double[] x0 = doubles(row.outputGate());
        double[] g = product(doubles(outputGradient), x0);
        double[] q = DirectConvolution.forward(doubles(filter), product(v, x1));
        double[] du = DirectConvolution.inputGradient(doubles(filter), g);
        check("output", results[0], product(q, x0));
        check("gradient of the value", results[1], product(du, x1));
        check("gradient of the input gate", results[2], product(du, v));
        check("gradient of the output gate", results[3], product(doubles(outputGradient), q));
        check("filter gradient", results[4], DirectConvolution.filterGradient(product(v, x1), g));
    }

    private static void check(String name, float[] found, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int t = 0; t < LENGTH; t++) {
            if (!(Math.abs(found[t] - expected[t]) <= TOLERANCE * largest)) {
                throw new AssertionError(name + " at " + t + " is " + found[t] + ", expected " + expected[t]);
            }
        }
    }

    private static double[] product(double[] one, double[] other) {
        double[] result = new double[LENGTH];
        Arrays.setAll(result, t -> one[t] * other[t]);
        return result;
    }

    private static double[] doubles(float[] row) {
        double[] result = new double[LENGTH];
        Arrays.setAll(result, t -> row[t]);
        return result;
    }

    private static float[] row(Random random) {
        float[] row = new float[LENGTH];
        for (int t = 0; t < LENGTH; t++) {
            row[t] = (float) random.nextGaussian();
        }
        return row;
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
