package io.github.hyenaspark.convolution;

import java.util.Arrays;

/** One run of every operation of a plan, to compile them and to see that they exist. */
final class EveryOperation implements Runnable {
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
