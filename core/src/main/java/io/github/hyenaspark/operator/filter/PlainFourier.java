package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.Pass;

/** The plain double form of {@link FourierFilter}. */
final class PlainFourier implements FilterMap<double[]> {
    private final FourierDesign design;

    PlainFourier(FourierDesign design) {
        this.design = design;
    }

    @Override
    public void forward(double[] taps, Pass<double[]> pass) {
        int length = pass.length();
        int modes = design.modes();
        double[] spectrum = pass.parameter("spectrum");
        for (int i = 0; i < design.filters() * length; i++) {
            taps[i] = 0;
            for (int k = 0; k < modes; k++) {
                int at = i / length * 2 * modes + k;
                double phase = phase(k, i % length);
                taps[i] += design.scale(k) * (spectrum[at] * Math.cos(phase) - spectrum[at + modes] * Math.sin(phase));
            }
        }
    }

    @Override
    public void backward(double[] gradient, Pass<double[]> pass) {
        int length = pass.length();
        int modes = design.modes();
        double[] spectrumGradient = pass.gradient("spectrum");
        for (int i = 0; i < design.filters() * length; i++) {
            for (int k = 0; k < modes; k++) {
                int at = i / length * 2 * modes + k;
                double phase = phase(k, i % length);
                spectrumGradient[at] += gradient[i] * design.scale(k) * Math.cos(phase);
                spectrumGradient[at + modes] -= gradient[i] * design.scale(k) * Math.sin(phase);
            }
        }
    }

    private double phase(int k, int t) {
        return 2 * Math.PI * k * t / design.maxLength();
    }
}
