package io.github.hyenaspark.convolution;

import io.github.hyenaspark.convolution.RingPasses.Factor;
import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.kernel.WarmUp;
import java.util.Arrays;

/**
 * A plan for the causal convolution of rows of one length L with filters of the same length, and for its gradients. A
 * filter is transformed once ({@link #spectrum}) and then used for many rows. {@link DirectConvolution} is the
 * definition.
 *
 * <p>Rows have at least L elements from 0 on, spectra at least {@link #spectrumSize}, in an order that only plans of
 * the same length understand; what lies beyond is neither read nor written. A result may overwrite a row that was an
 * argument, not a spectrum; {@link #gatedBackward} needs rows of their own.
 *
 * <p>The same arguments give the same bits on every thread, with every kernel and any lanes ({@link RingPasses}). A
 * plan owns memory to work in, so it is for one thread at a time; {@link #forAnotherThread} shares its tables.
 */
public final class LongConvolution {
    private static final int LONGEST = 1 << 29;
    private static final float[] NONE = {};

    private final int length;
    private final ConvolutionKernels.Kernel kernel;
    private final float[] points;
    private final float[] inputPoints;
    private final float[] padded;

    private LongConvolution(int length, ConvolutionKernels.Kernel kernel) {
        this.length = length;
        this.kernel = kernel;
        points = new float[spectrumSize()];
        inputPoints = new float[spectrumSize()];
        padded = new float[length == kernel.size() ? 0 : kernel.size()];
    }

    /**
     * A plan for rows of {@code length} elements, 1 to 2^29, which cost as much as the next power of two.
     * IllegalStateException if {@code hyena.convolution} asks for a kernel that this JVM lacks.
     */
    public static LongConvolution ofLength(int length) {
        return ofLength(length, ConvolutionKernels.atStart().source());
    }

    static LongConvolution ofLength(int length, ConvolutionKernels.KernelSource source) {
        if (length < 1 || length > LONGEST) {
            throw new IllegalArgumentException(
                    "the length of a convolution must be from 1 to " + LONGEST + ", found " + length);
        }
        return new LongConvolution(length, source.ofSize(size(length)));
    }

    private static int size(int length) {
        return Math.max(RingKernel.SMALLEST, Integer.highestOneBit(2 * length - 1));
    }

    /** The kernel that plans have in this JVM: {@code scalar}, or {@code vector} with its lanes. */
    public static String kernelName() {
        return ConvolutionKernels.atStart().description();
    }

    /**
     * Runs everything that training runs until it no longer gets faster, or for 3 seconds of this thread: until it is
     * compiled, a row takes up to a thousand times as long.
     */
    public static void warmUp(int length) {
        WarmUp.run("the convolution of rows of " + length, new EveryOperation(ofLength(length)));
    }

    /** A plan of the same length that may be used while this one is in use. */
    public LongConvolution forAnotherThread() {
        return new LongConvolution(length, kernel);
    }

    public int length() {
        return length;
    }

    /**
     * Floats of a plan for rows of so many elements, and of so many spectra besides; a row that is not a power of two
     * is copied to be transformed.
     */
    public static long floats(int length, int spectra) {
        long size = size(length);
        return (2L + spectra) * 2 * size + (size == length ? 0 : size);
    }

    /** The elements of every spectrum: about 2L floats, twice the next power of two. */
    public int spectrumSize() {
        return 2 * kernel.size();
    }

    /** Transforms {@code filter} (h, L elements) into {@code spectrum}. */
    public void spectrum(float[] filter, float[] spectrum) {
        PartClock.Part around = PartClock.enter(PartClock.Part.CONVOLUTION);
        checkRow("filter", filter);
        checkSpectrum("spectrum", spectrum);
        split(filter, Factor.ONE, spectrum);
        kernel.transform(spectrum);
        PartClock.leave(around);
    }

    /** {@code output[t] = sum over s <= t of h[s] input[t - s]}, h the filter behind {@code spectrum}. */
    public void forward(float[] input, float[] spectrum, float[] output) {
        PartClock.Part around = PartClock.enter(PartClock.Part.CONVOLUTION);
        checkRow("input", input);
        checkSpectrum("spectrum", spectrum);
        checkRow("output", output);
        split(input, Factor.ONE, points);
        kernel.convolve(points, spectrum);
        join(Factor.ONE, output);
        PartClock.leave(around);
    }

    /**
     * Both gradients of one row: {@code inputGradient[s] = sum over t >= s of h[t - s] outputGradient[t]}; the filter's
     * is <em>added</em> to {@code spectrumGradient}, cleared before the first row, and taken by {@link #filterGradient}
     * after the last.
     */
    public void backward(
            float[] outputGradient, float[] input, float[] spectrum, float[] inputGradient, float[] spectrumGradient) {
        PartClock.Part around = PartClock.enter(PartClock.Part.CONVOLUTION);
        checkRow("outputGradient", outputGradient);
        checkRow("input", input);
        checkSpectrum("spectrum", spectrum);
        checkRow("inputGradient", inputGradient);
        checkSpectrum("spectrumGradient", spectrumGradient);
        split(outputGradient, Factor.ONE, points);
        split(input, Factor.ONE, inputPoints);
        kernel.correlate(points, inputPoints, spectrum, spectrumGradient);
        join(Factor.ONE, inputGradient);
        PartClock.leave(around);
    }

    /** {@code output = x⁰ ⊙ (h ∗ (v ⊙ x¹))}; also fills {@code row.convolved()} unless that is empty. */
    public void gatedForward(GatedRow row, float[] spectrum, float[] output) {
        PartClock.Part around = PartClock.enter(PartClock.Part.CONVOLUTION);
        checkRow("value", row.value());
        checkRow("inputGate", row.inputGate());
        checkRow("outputGate", row.outputGate());
        checkSpectrum("spectrum", spectrum);
        checkRow("output", output);
        split(row.value(), Factor.of(row.inputGate()), points);
        kernel.convolve(points, spectrum);
        if (row.convolved().length == 0) {
            join(Factor.of(row.outputGate()), output);
        } else {
            checkRow("convolved", row.convolved());
            join(Factor.ONE, row.convolved(), Factor.of(row.outputGate()), output);
        }
        PartClock.leave(around);
    }

    /** Writes the gradients of v, x¹ and x⁰, rows of their own; adds the filter's as {@link #backward} does. */
    public void gatedBackward(GatedRow row, GatedGradient gradient, float[] spectrum, float[] spectrumGradient) {
        PartClock.Part around = PartClock.enter(PartClock.Part.CONVOLUTION);
        checkRow("value", row.value());
        checkRow("inputGate", row.inputGate());
        checkRow("convolved", row.convolved());
        checkRow("outputGate", row.outputGate());
        checkRow("gradient of the output", gradient.output());
        checkRow("gradient of the value", gradient.value());
        checkRow("gradient of the inputGate", gradient.inputGate());
        checkRow("gradient of the outputGate", gradient.outputGate());
        checkSpectrum("spectrum", spectrum);
        checkSpectrum("spectrumGradient", spectrumGradient);
        split(gradient.output(), Factor.of(row.outputGate()), points);
        split(row.value(), Factor.of(row.inputGate()), inputPoints);
        kernel.correlate(points, inputPoints, spectrum, spectrumGradient);
        join(Factor.of(row.inputGate()), gradient.value(), Factor.of(row.value()), gradient.inputGate());
        Factor.of(row.convolved()).multiply(gradient.output(), gradient.outputGate(), length);
        PartClock.leave(around);
    }

    /** The filter's gradient, summed over rows, from what {@link #backward} has added up. */
    public void filterGradient(float[] spectrumGradient, float[] filterGradient) {
        PartClock.Part around = PartClock.enter(PartClock.Part.CONVOLUTION);
        checkSpectrum("spectrumGradient", spectrumGradient);
        checkRow("filterGradient", filterGradient);
        kernel.restore(spectrumGradient, points);
        join(Factor.ONE, filterGradient);
        PartClock.leave(around);
    }

    private void split(float[] row, Factor factor, float[] to) {
        if (padded.length == 0) {
            kernel.splitRow(row, factor, to);
        } else {
            factor.multiply(row, padded, length);
            Arrays.fill(padded, length, padded.length, 0f);
            kernel.splitRow(padded, Factor.ONE, to);
        }
    }

    private void join(Factor factor, float[] output) {
        join(factor, output, Factor.ONE, NONE);
    }

    private void join(Factor factor, float[] output, Factor otherFactor, float[] otherOutput) {
        if (padded.length == 0) {
            kernel.joinRow(points, factor, output, otherFactor, otherOutput);
            return;
        }
        kernel.joinRow(points, Factor.ONE, padded, Factor.ONE, NONE);
        factor.multiply(padded, output, length);
        if (otherOutput.length > 0) {
            otherFactor.multiply(padded, otherOutput, length);
        }
    }

    private void checkRow(String name, float[] row) {
        if (row.length < length) {
            throw new IllegalArgumentException(
                    name + " must have at least " + length + " elements (the plan's length), found " + row.length);
        }
    }

    private void checkSpectrum(String name, float[] spectrum) {
        if (spectrum.length < spectrumSize()) {
            throw new IllegalArgumentException(name + " must have at least " + spectrumSize()
                    + " elements (the plan's spectrumSize), found " + spectrum.length);
        }
    }

    /** The gradients of a {@link GatedRow}: of y, read, and of v, x¹ and x⁰, written. Rows are as there. */
    public record GatedGradient(float[] output, float[] value, float[] inputGate, float[] outputGate) {}

    /**
     * One gated convolution, y = x⁰ ⊙ (h ∗ (v ⊙ x¹)): the last step of the Hyena recurrence, and with order 2 all of
     * it. Every array has at least L elements from 0 on; none is copied.
     *
     * @param value v
     * @param inputGate x¹
     * @param convolved h ∗ (v ⊙ x¹), written forward for the backward pass; an empty array if there will be none
     * @param outputGate x⁰
     */
    public record GatedRow(float[] value, float[] inputGate, float[] convolved, float[] outputGate) {}

    /** One run of every operation of a plan, to compile them and to see that they exist. */
    static final class EveryOperation implements Runnable {
        private final LongConvolution convolution;
        private final LongConvolution.GatedRow row;
        private final LongConvolution.GatedGradient gradient;
        private final float[] spectrum;
        private final float[] spectrumGradient;

        EveryOperation(LongConvolution convolution) {
            this.convolution = convolution;
            int length = convolution.length();
            row = new LongConvolution.GatedRow(ones(length), ones(length), ones(length), ones(length));
            gradient = new LongConvolution.GatedGradient(ones(length), ones(length), ones(length), ones(length));
            spectrum = new float[convolution.spectrumSize()];
            spectrumGradient = new float[convolution.spectrumSize()];
        }

        @Override
        public void run() {
            convolution.spectrum(row.value(), spectrum);
            convolution.forward(row.value(), spectrum, row.convolved());
            convolution.backward(row.value(), row.value(), spectrum, row.convolved(), spectrumGradient);
            convolution.gatedForward(row, spectrum, gradient.output());
            LongConvolution.GatedRow forgetful =
                    new LongConvolution.GatedRow(row.value(), row.inputGate(), new float[0], row.outputGate());
            convolution.gatedForward(forgetful, spectrum, gradient.output());
            convolution.gatedBackward(row, gradient, spectrum, spectrumGradient);
            convolution.filterGradient(spectrumGradient, row.convolved());
            Arrays.fill(spectrumGradient, 0f);
        }

        /** Ones, so that nothing grows or fades: subnormal numbers would be slow. */
        private static float[] ones(int length) {
            float[] row = new float[length];
            Arrays.fill(row, 1f);
            return row;
        }
    }
}
