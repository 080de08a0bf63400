package io.github.hyenaspark.convolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every statement of {@link LongConvolution}, against {@link DirectConvolution} in double; a subclass for each kernel.
 */
public abstract class LongConvolutionContract {
    static final long SEED = 20230221;

    /**
     * Relative to the largest value of the result. A transform of M points has log2 M roundings of 2^-24 = 6e-8 on each
     * path, which add up like their root, for two transforms one after the other. Seen at the lengths below: 3.2e-7 at
     * worst.
     */
    private static final double ROW_TOLERANCE = 1e-6;

    /** The filter's gradient adds up rows in float before it is transformed back; seen: 2.6e-7 at worst. */
    private static final double FILTER_TOLERANCE = 2e-6;

    /** What lies behind the L elements of a row. */
    private static final int MARGIN = 3;

    private final ConvolutionKernels.KernelSource source;

    public LongConvolutionContract(ConvolutionKernels.KernelSource source) {
        this.source = source;
    }

    LongConvolution ofLength(int length) {
        return LongConvolution.ofLength(length, source);
    }

    static IntStream lengths() {
        return IntStream.concat(
                IntStream.rangeClosed(1, 70),
                IntStream.of(128, 256, 512, 1024, 2048, 4096).flatMap(n -> IntStream.of(n - 1, n, n + 1)));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void agreesWithTheDefinition(int length) {
        Random random = new Random(SEED + length);
        float[] filter = row(random, length);
        float[] input = row(random, length);
        float[] outputGradient = row(random, length);
        LongConvolution convolution = ofLength(length);
        float[] spectrum = new float[convolution.spectrumSize()];
        float[] spectrumGradient = new float[convolution.spectrumSize()];
        float[] output = emptyRow(length);
        float[] inputGradient = emptyRow(length);
        float[] filterGradient = emptyRow(length);

        convolution.spectrum(filter, spectrum);
        convolution.forward(input, spectrum, output);
        convolution.backward(outputGradient, input, spectrum, inputGradient, spectrumGradient);
        convolution.filterGradient(spectrumGradient, filterGradient);

        double[] h = doubles(filter, length);
        double[] u = doubles(input, length);
        double[] g = doubles(outputGradient, length);
        assertClose("output", output, DirectConvolution.forward(h, u), ROW_TOLERANCE);
        assertClose("input gradient", inputGradient, DirectConvolution.inputGradient(h, g), ROW_TOLERANCE);
        assertClose("filter gradient", filterGradient, DirectConvolution.filterGradient(u, g), FILTER_TOLERANCE);
    }

    /** What every operation of a plan gives, which must not depend on the kernel. */
    protected static float[][] results(int length, ConvolutionKernels.KernelSource kernel) {
        Random random = new Random(SEED + length);
        LongConvolution convolution = LongConvolution.ofLength(length, kernel);
        float[] spectrum = new float[convolution.spectrumSize()];
        float[] spectrumGradient = new float[convolution.spectrumSize()];
        float[][] results = new float[9][length];
        LongConvolution.GatedRow row =
                new LongConvolution.GatedRow(row(random, length), row(random, length), results[0], row(random, length));
        LongConvolution.GatedRow forgetful =
                new LongConvolution.GatedRow(row.value(), row.inputGate(), new float[0], row.outputGate());
        convolution.spectrum(row(random, length), spectrum);
        convolution.gatedForward(row, spectrum, results[1]);
        convolution.gatedForward(forgetful, spectrum, results[2]);
        convolution.gatedBackward(
                row,
                new LongConvolution.GatedGradient(row(random, length), results[3], results[4], results[5]),
                spectrum,
                spectrumGradient);
        convolution.forward(row.value(), spectrum, results[6]);
        convolution.backward(row(random, length), row.value(), spectrum, results[7], spectrumGradient);
        convolution.filterGradient(spectrumGradient, results[8]);
        return results;
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void gatedOperationsAgreeWithTheDefinition(int length) {
        Random random = new Random(SEED + length);
        LongConvolution convolution = ofLength(length);
        float[] filter = row(random, length);
        float[] spectrum = new float[convolution.spectrumSize()];
        float[] spectrumGradient = new float[convolution.spectrumSize()];
        float[] output = emptyRow(length);
        float[] outputAlone = emptyRow(length);
        float[] filterGradient = emptyRow(length);
        LongConvolution.GatedRow row = new LongConvolution.GatedRow(
                row(random, length), row(random, length), emptyRow(length), row(random, length));
        LongConvolution.GatedRow forgetful =
                new LongConvolution.GatedRow(row.value(), row.inputGate(), new float[0], row.outputGate());
        LongConvolution.GatedGradient gradient = new LongConvolution.GatedGradient(
                row(random, length), emptyRow(length), emptyRow(length), emptyRow(length));

        convolution.spectrum(filter, spectrum);
        convolution.gatedForward(row, spectrum, output);
        convolution.gatedForward(forgetful, spectrum, outputAlone);
        convolution.gatedBackward(row, gradient, spectrum, spectrumGradient);
        convolution.filterGradient(spectrumGradient, filterGradient);

        double[] h = doubles(filter, length);
        double[] v = doubles(row.value(), length);
        double[] x1 = doubles(row.inputGate(), length);
        double[] x0 = doubles(row.outputGate(), length);
        double[] g = doubles(gradient.output(), length);
        double[] u = product(v, x1);
        double[] q = DirectConvolution.forward(h, u);
        double[] uGradient = DirectConvolution.inputGradient(h, product(g, x0));
        double[] hGradient = DirectConvolution.filterGradient(u, product(g, x0));
        assertClose("convolved row", row.convolved(), q, ROW_TOLERANCE);
        assertClose("output", output, product(q, x0), ROW_TOLERANCE);
        assertClose("output without the convolved row", outputAlone, product(q, x0), ROW_TOLERANCE);
        assertClose("gradient of the value", gradient.value(), product(uGradient, x1), ROW_TOLERANCE);
        assertClose("gradient of the input gate", gradient.inputGate(), product(uGradient, v), ROW_TOLERANCE);
        assertClose("gradient of the output gate", gradient.outputGate(), product(g, q), ROW_TOLERANCE);
        assertClose("filter gradient", filterGradient, hGradient, FILTER_TOLERANCE);
    }

    /** At lengths where the definition would take minutes, some elements of each result. */
    @ParameterizedTest
    @ValueSource(ints = {8192, 32768, 65536})
    void agreesWithTheDefinitionAtLongLengths(int length) {
        Random random = new Random(SEED + length);
        float[] filter = row(random, length);
        float[] input = row(random, length);
        float[] outputGradient = row(random, length);
        LongConvolution convolution = ofLength(length);
        float[] spectrum = new float[convolution.spectrumSize()];
        float[] spectrumGradient = new float[convolution.spectrumSize()];
        float[] output = emptyRow(length);
        float[] inputGradient = emptyRow(length);
        float[] filterGradient = emptyRow(length);
        convolution.spectrum(filter, spectrum);
        convolution.forward(input, spectrum, output);
        convolution.backward(outputGradient, input, spectrum, inputGradient, spectrumGradient);
        convolution.filterGradient(spectrumGradient, filterGradient);

        double largestOutput = largest(doubles(output, length));
        double largestInputGradient = largest(doubles(inputGradient, length));
        double largestFilterGradient = largest(doubles(filterGradient, length));
        for (int n = 0; n < 64; n++) {
            int t = random.nextInt(length);
            double y = 0;
            double du = 0;
            double dh = 0;
            for (int s = 0; s <= t; s++) {
                y += (double) filter[s] * input[t - s];
            }
            for (int s = t; s < length; s++) {
                du += (double) outputGradient[s] * filter[s - t];
                dh += (double) outputGradient[s] * input[s - t];
            }
            String where = "element " + t + " of " + length + ", seed " + (SEED + length);
            assertThat((double) output[t]).as("output, " + where).isCloseTo(y, within(ROW_TOLERANCE * largestOutput));
            assertThat((double) inputGradient[t])
                    .as("input gradient, " + where)
                    .isCloseTo(du, within(ROW_TOLERANCE * largestInputGradient));
            assertThat((double) filterGradient[t])
                    .as("filter gradient, " + where)
                    .isCloseTo(dh, within(ROW_TOLERANCE * largestFilterGradient));
        }
    }

    /** There, the plain operations have been compared with the definition, and are compared with here. */
    @ParameterizedTest
    @ValueSource(ints = {8192, 32768, 65536})
    void gatedOperationsAgreeWithThePlainOnesAtLongLengths(int length) {
        Random random = new Random(SEED + length);
        LongConvolution convolution = ofLength(length);
        float[] spectrum = new float[convolution.spectrumSize()];
        float[] spectrumGradient = new float[convolution.spectrumSize()];
        float[] plainSpectrumGradient = new float[convolution.spectrumSize()];
        LongConvolution.GatedRow row = new LongConvolution.GatedRow(
                row(random, length), row(random, length), emptyRow(length), row(random, length));
        LongConvolution.GatedGradient gradient = new LongConvolution.GatedGradient(
                row(random, length), emptyRow(length), emptyRow(length), emptyRow(length));
        float[] output = emptyRow(length);
        float[] filterGradient = emptyRow(length);
        float[] convolved = emptyRow(length);
        float[] inputGradient = emptyRow(length);
        float[] plainFilterGradient = emptyRow(length);
        float[] input = floatProduct(row.value(), row.inputGate());
        float[] outputGradient = floatProduct(gradient.output(), row.outputGate());

        convolution.spectrum(row(random, length), spectrum);
        convolution.gatedForward(row, spectrum, output);
        convolution.gatedBackward(row, gradient, spectrum, spectrumGradient);
        convolution.filterGradient(spectrumGradient, filterGradient);
        convolution.forward(input, spectrum, convolved);
        convolution.backward(outputGradient, input, spectrum, inputGradient, plainSpectrumGradient);
        convolution.filterGradient(plainSpectrumGradient, plainFilterGradient);

        double[] q = doubles(convolved, length);
        double[] du = doubles(inputGradient, length);
        assertClose("convolved row", row.convolved(), q, ROW_TOLERANCE);
        assertClose("output", output, product(q, doubles(row.outputGate(), length)), ROW_TOLERANCE);
        assertClose(
                "gradient of the value",
                gradient.value(),
                product(du, doubles(row.inputGate(), length)),
                ROW_TOLERANCE);
        assertClose(
                "gradient of the input gate",
                gradient.inputGate(),
                product(du, doubles(row.value(), length)),
                ROW_TOLERANCE);
        assertClose(
                "gradient of the output gate",
                gradient.outputGate(),
                product(doubles(gradient.output(), length), q),
                ROW_TOLERANCE);
        assertClose("filter gradient", filterGradient, doubles(plainFilterGradient, length), FILTER_TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 8, 9, 100, 1024, 1500})
    void outputAtTimeTIgnoresTheFuture(int length) {
        Random random = new Random(SEED + length);
        float[] filter = row(random, length);
        float[] input = row(random, length);
        int present = length / 2;
        float[] otherFuture = input.clone();
        for (int t = present + 1; t < length; t++) {
            otherFuture[t] = (float) random.nextGaussian();
        }
        float[] output = forward(length, filter, input);
        float[] otherOutput = forward(length, filter, otherFuture);
        double tolerance = ROW_TOLERANCE * largest(doubles(output, length));
        for (int t = 0; t <= present; t++) {
            assertThat(otherOutput[t])
                    .as("output at %d of %d, seed %d", t, length, SEED + length)
                    .isCloseTo(output[t], within((float) tolerance));
        }
        if (present + 1 < length) {
            assertThat(otherOutput[present + 1]).isNotCloseTo(output[present + 1], within((float) tolerance));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8, 31, 32, 33, 1000})
    void anImpulseDelaysTheInput(int length) {
        Random random = new Random(SEED + length);
        float[] input = row(random, length);
        for (int delay : new int[] {0, length / 2, length - 1}) {
            float[] filter = new float[length];
            filter[delay] = 1;
            double[] expected = new double[length];
            for (int t = delay; t < length; t++) {
                expected[t] = input[t - delay];
            }
            float[] output = forward(length, filter, input);
            for (int t = 0; t < length; t++) {
                assertThat((double) output[t])
                        .as("delay %d, output at %d of %d, seed %d", delay, t, length, SEED + length)
                        .isCloseTo(expected[t], within(ROW_TOLERANCE * largest(doubles(input, length))));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, 65, 1000})
    void theFilterGradientSumsOverRows(int length) {
        Random random = new Random(SEED + length);
        LongConvolution convolution = ofLength(length);
        float[] spectrum = new float[convolution.spectrumSize()];
        convolution.spectrum(row(random, length), spectrum);
        float[] spectrumGradient = new float[convolution.spectrumSize()];
        double[] expected = new double[length];
        for (int n = 0; n < 2; n++) {
            float[] input = row(random, length);
            float[] outputGradient = row(random, length);
            convolution.backward(outputGradient, input, spectrum, emptyRow(length), spectrumGradient);
            double[] one = DirectConvolution.filterGradient(doubles(input, length), doubles(outputGradient, length));
            Arrays.setAll(expected, s -> expected[s] + one[s]);
        }
        float[] filterGradient = emptyRow(length);
        convolution.filterGradient(spectrumGradient, filterGradient);
        assertClose("filter gradient of two rows", filterGradient, expected, FILTER_TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 8, 1000, 4096})
    void aPlanKeepsNothingFromOneRowToTheNext(int length) {
        Random random = new Random(SEED + length);
        LongConvolution convolution = ofLength(length);
        LongConvolution other = convolution.forAnotherThread();
        float[] spectrum = new float[convolution.spectrumSize()];
        convolution.spectrum(row(random, length), spectrum);
        float[] input = row(random, length);
        float[] first = new float[length];
        convolution.forward(input, spectrum, first);
        convolution.forward(row(random, length), spectrum, new float[length]);
        float[] again = new float[length];
        convolution.forward(input, spectrum, again);
        float[] elsewhere = new float[length];
        other.forward(input, spectrum, elsewhere);
        float[] inPlace = input.clone();
        convolution.forward(inPlace, spectrum, inPlace);

        assertThat(again).as("a second time").isEqualTo(first);
        assertThat(elsewhere).as("by another plan").isEqualTo(first);
        assertThat(Arrays.copyOf(inPlace, length)).as("over its input").isEqualTo(first);
        assertThat(other.length()).isEqualTo(length);
    }

    @Test
    void refusesLengthsOutsideItsRange() {
        assertThatThrownBy(() -> ofLength(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the length of a convolution must be from 1 to 536870912, found 0");
        assertThatThrownBy(() -> ofLength((1 << 29) + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the length of a convolution must be from 1 to 536870912, found 536870913");
    }

    @Test
    void refusesArraysThatAreTooShort() {
        LongConvolution convolution = ofLength(5);
        float[] row = new float[5];
        float[] spectrum = new float[128];
        assertThat(convolution.spectrumSize()).isEqualTo(128);
        assertThatThrownBy(() -> convolution.forward(new float[4], spectrum, row))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("input must have at least 5 elements (the plan's length), found 4");
        LongConvolution.GatedRow gates = new LongConvolution.GatedRow(row, row, new float[0], row);
        LongConvolution.GatedGradient gradient = new LongConvolution.GatedGradient(row, row, row, row);
        assertThatThrownBy(() -> convolution.gatedBackward(gates, gradient, spectrum, spectrum))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("convolved must have at least 5 elements (the plan's length), found 0");
        assertThatThrownBy(() -> convolution.backward(row, row, spectrum, row, new float[127]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("spectrumGradient must have at least 128 elements (the plan's spectrumSize), found 127");
    }

    private float[] forward(int length, float[] filter, float[] input) {
        LongConvolution convolution = ofLength(length);
        float[] spectrum = new float[convolution.spectrumSize()];
        float[] output = emptyRow(length);
        convolution.spectrum(filter, spectrum);
        convolution.forward(input, spectrum, output);
        return output;
    }

    /** Normal numbers, and behind them what must not be read. */
    private static float[] row(Random random, int length) {
        float[] row = emptyRow(length);
        for (int t = 0; t < length; t++) {
            row[t] = (float) random.nextGaussian();
        }
        return row;
    }

    private static float[] emptyRow(int length) {
        float[] row = new float[length + MARGIN];
        Arrays.fill(row, length, row.length, Float.NaN);
        return row;
    }

    private static double[] doubles(float[] row, int length) {
        double[] result = new double[length];
        Arrays.setAll(result, t -> row[t]);
        return result;
    }

    private static double[] product(double[] one, double[] other) {
        double[] result = new double[one.length];
        Arrays.setAll(result, t -> one[t] * other[t]);
        return result;
    }

    private static float[] floatProduct(float[] one, float[] other) {
        float[] result = new float[one.length];
        for (int t = 0; t < result.length; t++) {
            result[t] = one[t] * other[t];
        }
        return result;
    }

    private static void assertClose(String name, float[] found, double[] expected, double tolerance) {
        double largest = largest(expected);
        double worst = 0;
        for (int t = 0; t < expected.length; t++) {
            double error = Math.abs(found[t] - expected[t]);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        assertThat(worst / largest)
                .as(
                        "largest error of the %s at length %d, relative to its largest value; seed %d",
                        name, expected.length, SEED + expected.length)
                .isLessThanOrEqualTo(tolerance);
        assertThat(Arrays.copyOfRange(found, expected.length, found.length))
                .as("what lies behind the %s", name)
                .containsOnly(Float.NaN);
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }
}
