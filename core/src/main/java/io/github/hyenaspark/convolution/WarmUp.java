package io.github.hyenaspark.convolution;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs every operation of a plan until it is compiled, by the time of its own thread: others cannot end it early. */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private static final long LONGEST_NANOS = 3_000_000_000L;
    private static final long BATCH_NANOS = 100_000_000L;
    /** The compiler may be waiting for its turn, so that two equal batches alone say little. */
    private static final int STEADY_BATCHES = 8;

    private static final double STEADY = 0.9;

    private final LongConvolution convolution;
    private final LongConvolution.GatedRow row;
    private final LongConvolution.GatedGradient gradient;
    private final float[] spectrum;
    private final float[] spectrumGradient;

    WarmUp(LongConvolution convolution) {
        this.convolution = convolution;
        int length = convolution.length();
        row = new LongConvolution.GatedRow(ones(length), ones(length), ones(length), ones(length));
        gradient = new LongConvolution.GatedGradient(ones(length), ones(length), ones(length), ones(length));
        spectrum = new float[convolution.spectrumSize()];
        spectrumGradient = new float[convolution.spectrumSize()];
    }

    /** Batches of 0.1 s, until the fastest of the last eight is no faster than the fastest before. */
    void run() {
        long start = threadNanos();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        while (steady < STEADY_BATCHES && threadNanos() - start < LONGEST_NANOS) {
            double nanos = batch();
            steady = nanos < STEADY * best ? 0 : steady + 1;
            best = Math.min(best, nanos);
        }
        LOG.debug("Warmed up for {} ms; one row takes {} ns", (threadNanos() - start) / 1_000_000, Math.round(best));
    }

    void once() {
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

    private double batch() {
        long start = threadNanos();
        long rounds = 0;
        long nanos;
        do {
            once();
            rounds++;
            nanos = threadNanos() - start;
        } while (nanos < BATCH_NANOS);
        return (double) nanos / rounds;
    }

    private static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Ones, so that nothing grows or fades: subnormal numbers would be slow. */
    private static float[] ones(int length) {
        float[] row = new float[length];
        Arrays.fill(row, 1f);
        return row;
    }
}
