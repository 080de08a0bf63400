package io.github.hyenaspark.operator;

import io.github.hyenaspark.convolution.GatedGradient;
import io.github.hyenaspark.convolution.GatedRow;
import java.util.Arrays;

/**
 * The recurrence of the operator for one head channel j of one sequence, all heads side by side (section 3.1 of arXiv
 * 2302.10866): v₀ = v; w_r = v_r ⊙ g_r; q_r = h_r ∗ w_r + d_r w_r; v_{r+1} = q_r, or the heads' q_r mixed; y = v_{N−1}
 * ⊙ x₀. Gates are used from the last to the second: g_r = x_{N−1−r}; with outer mixing g_r is its sum over the head's
 * channels.
 *
 * <p>Where nothing stands between the last convolution and its gates, {@link LongFilters} does all three at once.
 */
final class GateChain {
    private final HyenaConfig config;
    private final int length;
    private final int convolutions;
    /** Convolutions whose gates are separate: all, or all but the last. */
    private final int ungated;

    private final LongFilters filters;
    private final float[] mix; // (N−1)×H×H
    private final double[] mixGradient;
    private final Dropout dropout;

    /** Projections of the channel, H×(N+1)×L: gates, then the value. */
    final float[][][] rows;
    /** Their gradients. */
    final float[][][] rowGradients;
    /** Outputs of the long convolutions, (N−1)×H×L. */
    final float[][][] convolved;
    /** With outer mixing: sums of the gates over the head's channels, H×(N−1)×L by r. */
    final float[][][] gateSums;
    /** Their gradients, summed over channels. */
    final float[][][] gateSumGradients;

    private final float[][][] values; // v_r, N×H×L
    private final float[] gated;
    private final float[] gatedGradient;
    private final float[][] valueGradients; // H×L
    private final float[][] mixedGradients; // H×L

    GateChain(HyenaConfig config, LongFilters filters, Pass<FloatArray> pass) {
        this.config = config;
        this.filters = filters;
        length = pass.length();
        dropout = pass.dropout();
        int heads = config.heads();
        convolutions = config.order() - 1;
        boolean lastIsGated = !config.postOrderMixing() && config.dropout() == 0;
        ungated = lastIsGated ? convolutions - 1 : convolutions;
        mix = config.postOrderMixing() ? pass.parameter("head-mix").toArray() : new float[0];
        mixGradient = new double[mix.length];
        rows = new float[heads][config.order() + 1][length];
        rowGradients = new float[heads][config.order() + 1][length];
        convolved = new float[convolutions][heads][length];
        gateSums = new float[heads][config.outerMixing() ? convolutions : 0][length];
        gateSumGradients = new float[heads][config.outerMixing() ? convolutions : 0][length];
        values = new float[config.order()][heads][length];
        gated = new float[length];
        gatedGradient = new float[length];
        valueGradients = new float[heads][length];
        mixedGradients = new float[heads][length];
    }

    /** From {@link #rows} to {@link #convolved} and y, H×L. */
    void forward(int b, int j, float[][] y) {
        for (int head = 0; head < config.heads(); head++) {
            System.arraycopy(rows[head][config.order()], 0, values[0][head], 0, length);
        }
        for (int r = 0; r < ungated; r++) {
            for (int head = 0; head < config.heads(); head++) {
                gate(b, j, r, head);
                filters.convolve(j, r, gated, convolved[r][head]);
            }
            mixHeads(r);
        }
        for (int head = 0; head < config.heads(); head++) {
            if (ungated < convolutions) {
                filters.convolveGated(j, ungated, gatedRow(head), y[head]);
            } else {
                Rows.multiply(values[convolutions][head], rows[head][0], y[head], length);
            }
        }
    }

    /** y again, H×L, from {@link #rows} and {@link #convolved}; also restores what {@link #backward} needs. */
    void recompute(float[][] y) {
        for (int head = 0; head < config.heads(); head++) {
            System.arraycopy(rows[head][config.order()], 0, values[0][head], 0, length);
        }
        for (int r = 0; r < ungated; r++) {
            mixHeads(r);
        }
        for (int head = 0; head < config.heads(); head++) {
            float[] last = ungated < convolutions ? convolved[ungated][head] : values[convolutions][head];
            Rows.multiply(last, rows[head][0], y[head], length);
        }
    }

    /** After {@link #recompute}: from the gradient of y, H×L, to {@link #rowGradients}. */
    void backward(int b, int j, float[][] gradient) {
        for (int head = 0; head < config.heads(); head++) {
            if (ungated < convolutions) {
                backwardGated(j, head, gradient[head]);
            } else {
                Rows.multiply(gradient[head], values[convolutions][head], rowGradients[head][0], length);
                Rows.multiply(gradient[head], rows[head][0], valueGradients[head], length);
            }
        }
        for (int r = ungated - 1; r >= 0; r--) {
            unmixHeads(r);
            for (int head = 0; head < config.heads(); head++) {
                gate(b, j, r, head);
                filters.backward(j, r, mixedGradients[head], gated, gatedGradient);
                dropout.apply(config.dropout(), rowNumber(b, j, r, head), gatedGradient, length);
                Rows.multiply(gatedGradient, gateOf(head, r), valueGradients[head], length);
                gateGradient(head, r);
            }
        }
        for (int head = 0; head < config.heads(); head++) {
            System.arraycopy(valueGradients[head], 0, rowGradients[head][config.order()], 0, length);
        }
    }

    private GatedRow gatedRow(int head) {
        float[] gate = gateOf(head, ungated);
        return new GatedRow(values[ungated][head], gate, convolved[ungated][head], rows[head][0]);
    }

    private void backwardGated(int j, int head, float[] gradient) {
        float[] gate = config.outerMixing() ? gatedGradient : rowGradients[head][config.order() - 1 - ungated];
        GatedGradient gradients = new GatedGradient(gradient, valueGradients[head], gate, rowGradients[head][0]);
        filters.backwardGated(j, ungated, gatedRow(head), gradients);
        if (config.outerMixing()) {
            Rows.add(gatedGradient, gateSumGradients[head][ungated], length);
        }
    }

    double[] mixGradient() {
        return mixGradient;
    }

    private void gate(int b, int j, int r, int head) {
        Rows.multiply(values[r][head], gateOf(head, r), gated, length);
        dropout.apply(config.dropout(), rowNumber(b, j, r, head), gated, length);
    }

    private float[] gateOf(int head, int r) {
        return config.outerMixing() ? gateSums[head][r] : rows[head][config.order() - 1 - r];
    }

    private void gateGradient(int head, int r) {
        if (config.outerMixing()) {
            Rows.multiply(gatedGradient, values[r][head], gated, length);
            Rows.add(gated, gateSumGradients[head][r], length);
        } else {
            Rows.multiply(gatedGradient, values[r][head], rowGradients[head][config.order() - 1 - r], length);
        }
    }

    private long rowNumber(int b, int j, int r, int head) {
        return (((long) b * convolutions + r) * config.heads() + head) * config.headWidth() + j;
    }

    /** (v_{r+1})_k = Σ_g R[r, g, k] (q_r)_g, or v_{r+1} = q_r. */
    private void mixHeads(int r) {
        for (int k = 0; k < config.heads(); k++) {
            float[] value = values[r + 1][k];
            if (config.postOrderMixing()) {
                Arrays.fill(value, 0f);
                for (int g = 0; g < config.heads(); g++) {
                    Rows.add(mix[mixIndex(r, g, k)], convolved[r][g], value, length);
                }
            } else {
                System.arraycopy(convolved[r][k], 0, value, 0, length);
            }
        }
    }

    private void unmixHeads(int r) {
        for (int g = 0; g < config.heads(); g++) {
            float[] gradient = mixedGradients[g];
            if (config.postOrderMixing()) {
                Arrays.fill(gradient, 0f);
                for (int k = 0; k < config.heads(); k++) {
                    Rows.add(mix[mixIndex(r, g, k)], valueGradients[k], gradient, length);
                    mixGradient[mixIndex(r, g, k)] += Rows.dot(convolved[r][g], 0, valueGradients[k], 0, length);
                }
            } else {
                System.arraycopy(valueGradients[g], 0, gradient, 0, length);
            }
        }
    }

    private int mixIndex(int r, int g, int k) {
        return (r * config.heads() + g) * config.heads() + k;
    }
}
