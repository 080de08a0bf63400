package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * The poles of one state-space model and what belongs to each, in double: λ = exp(Δ A) with A = −exp(a) + iω, and the
 * gain E = (λ − 1)/A of a zero-order hold, so that its response is h[t] = 2 Re Σ C E λ^t.
 */
final class StateSpacePoles {
    private final int count;
    private final int model;
    private final double step; // Δ
    private final double[] decay; // −Re A
    private final double[] frequency; // Im A
    /** λ. */
    final double[] re;

    final double[] im;
    /** 2 C E. */
    final double[] gainRe;

    final double[] gainIm;
    private final double[] holdRe; // E
    private final double[] holdIm;
    private final double[] outRe; // C
    private final double[] outIm;

    StateSpacePoles(StateSpaceFilter.Spec spec, int m, ForwardContext<FloatArray> pass) {
        count = spec.poles();
        model = m;
        float[] logStep = new float[1];
        pass.parameter("log-step").read(m, logStep, 1);
        step = StrictMath.exp(logStep[0]);
        decay = read(pass.parameter("log-decay"), m);
        frequency = read(pass.parameter("frequency"), m);
        outRe = read(pass.parameter("output"), 2 * m);
        outIm = read(pass.parameter("output"), 2 * m + 1);
        re = new double[count];
        im = new double[count];
        gainRe = new double[count];
        gainIm = new double[count];
        holdRe = new double[count];
        holdIm = new double[count];
        for (int n = 0; n < count; n++) {
            decay[n] = StrictMath.exp(decay[n]);
        }
        power(1, re, im);
        for (int n = 0; n < count; n++) {
            double square = decay[n] * decay[n] + frequency[n] * frequency[n];
            holdRe[n] = ((re[n] - 1) * -decay[n] + im[n] * frequency[n]) / square;
            holdIm[n] = (im[n] * -decay[n] - (re[n] - 1) * frequency[n]) / square;
            gainRe[n] = 2 * (outRe[n] * holdRe[n] - outIm[n] * holdIm[n]);
            gainIm[n] = 2 * (outRe[n] * holdIm[n] + outIm[n] * holdRe[n]);
        }
    }

    /**
     * Adds the gradients of the model's parameters, from S = Σ g[t] λ^t and T = Σ g[t] t λ^t of every pole, g the
     * gradient of its response: {@code sums} are Re S, Im S, Re T, Im T.
     */
    void addGradients(double[][] sums, ForwardContext<FloatArray> pass) {
        double[] logStep = new double[1];
        double[] logDecay = new double[count];
        double[] ofFrequency = new double[count];
        double[] ofRe = new double[count];
        double[] ofIm = new double[count];
        for (int n = 0; n < count; n++) {
            double sRe = sums[0][n];
            double sIm = sums[1][n];
            ofRe[n] = 2 * (holdRe[n] * sRe - holdIm[n] * sIm);
            ofIm[n] = -2 * (holdRe[n] * sIm + holdIm[n] * sRe);
            double csRe = 2 * (outRe[n] * sRe - outIm[n] * sIm); // 2 C S, of E
            double csIm = 2 * (outRe[n] * sIm + outIm[n] * sRe);
            double zRe = gainRe[n] * sums[2][n] - gainIm[n] * sums[3][n]; // 2 C E T, of Δ A through λ^t
            double zIm = gainRe[n] * sums[3][n] + gainIm[n] * sums[2][n];
            // dE = (λ d(ΔA) − E dA)/A, so that dA has Δ (2CET + 2CSλ/A) − 2CSE/A and dΔ has 2CET·A + 2CSλ
            double pullRe = csRe * re[n] - csIm * im[n];
            double pullIm = csRe * im[n] + csIm * re[n];
            logStep[0] += step * (pullRe - zRe * decay[n] - zIm * frequency[n]);
            double restRe = step * pullRe - (csRe * holdRe[n] - csIm * holdIm[n]);
            double restIm = step * pullIm - (csRe * holdIm[n] + csIm * holdRe[n]);
            double square = decay[n] * decay[n] + frequency[n] * frequency[n];
            double aRe = step * zRe + (restRe * -decay[n] + restIm * frequency[n]) / square;
            double aIm = step * zIm + (restIm * -decay[n] - restRe * frequency[n]) / square;
            logDecay[n] = -aRe * decay[n];
            ofFrequency[n] = -aIm;
        }
        pass.gradient("log-step").add(model, logStep);
        pass.gradient("log-decay").add((long) model * count, logDecay);
        pass.gradient("frequency").add((long) model * count, ofFrequency);
        pass.gradient("output").add(2L * model * count, ofRe);
        pass.gradient("output").add((2L * model + 1) * count, ofIm);
    }

    void power(int exponent, double[] toRe, double[] toIm) {
        for (int n = 0; n < count; n++) {
            double size = StrictMath.exp(-exponent * step * decay[n]);
            toRe[n] = size * StrictMath.cos(exponent * step * frequency[n]);
            toIm[n] = size * StrictMath.sin(exponent * step * frequency[n]);
        }
    }

    private double[] read(FloatArray array, int row) {
        float[] values = new float[count];
        array.read((long) row * count, values, count);
        double[] wide = new double[count];
        for (int n = 0; n < count; n++) {
            wide[n] = values[n];
        }
        return wide;
    }
}
