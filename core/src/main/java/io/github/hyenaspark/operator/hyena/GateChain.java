package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Sums;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * The recurrence of the operator for one head channel j of one sequence, all heads side by side (section 3.1 of arXiv
 * 2302.10866): v₀ = v; w_r = v_r ⊙ g_r; q_r = h_r ∗ w_r + d_r w_r; v_{r+1} = q_r, or the heads' q_r mixed; y = v_{N−1}
 * ⊙ x₀. Gates are used from the last to the second: g_r = x_{N−1−r}, with outer mixing its sum over the head's
 * channels. A convolution with nothing between it and its gates is done with them in one call of {@link LongFilters}.
 */
final class GateChain {
    private static final Workspace.Slot<float[][]> ROWS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> ROW_GRADIENTS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> CONVOLVED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> GATE_SUMS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> GATE_SUM_GRADIENTS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> VALUES = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> MIXED_GRADIENTS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> GATED = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> GATED_GRADIENT = Workspace.Slot.row();

    private final HyenaFamily config;
    private final int length;
    private final int convolutions;
    /** Convolutions whose gates are separate: all, or all but the last. */
    private final int ungated;

    private final LongFilters.ChannelFilters filters;
    private final float[] mix; // (N−1)×H×H
    private final Dropout dropout;
    private final Sums sums;
    private final Workspace workspace;

    /** Projections of the channel, H×(N+1)×L: gates, then the value. */
    final float[][][] rows;
    /** Their gradients; with outer mixing those of gates 1 to N−1 are in {@link #gateSumGradients}. */
    final float[][][] rowGradients;
    /** Outputs of the long convolutions, (N−1)×H×L. */
    final float[][][] convolved;
    /** With outer mixing: sums of the gates over the head's channels, H×(N−1)×L by r. */
    final float[][][] gateSums;
    /** Their gradients, this channel's share. */
    final float[][][] gateSumGradients;

    private final float[][][] values; // v_r, N×H×L
    private final float[] gated;
    private final float[] gatedGradient;
    private final float[][] valueGradients; // H×L
    private final float[][] mixedGradients; // H×L

    /** The chain of one thread. */
    GateChain(
            HyenaFamily config,
            LongFilters.ChannelFilters filters,
            ForwardContext<FloatArray> pass,
            Workspace workspace) {
        this.config = config;
        this.filters = filters;
        length = pass.length();
        dropout = pass.dropout();
        sums = workspace.sums;
        this.workspace = workspace;
        int heads = config.heads();
        int order = config.order();
        convolutions = order - 1;
        boolean lastIsGated = !config.postOrderMixing() && config.dropout() == 0;
        ungated = lastIsGated ? convolutions - 1 : convolutions;
        mix = config.postOrderMixing() ? pass.parameter("head-mix").toArray() : new float[0];
        rows = cube(ROWS, heads, order + 1);
        rowGradients = cube(ROW_GRADIENTS, heads, order + 1);
        convolved = cube(CONVOLVED, convolutions, heads);
        int summed = config.outerMixing() ? convolutions : 0;
        gateSums = cube(GATE_SUMS, heads, summed);
        gateSumGradients = cube(GATE_SUM_GRADIENTS, heads, summed);
        values = config.postOrderMixing() ? cube(VALUES, order, heads) : new float[order][heads][];
        gated = workspace.row(GATED, length);
        gatedGradient = workspace.row(GATED_GRADIENT, length);
        valueGradients = new float[heads][];
        for (int head = 0; head < heads; head++) {
            values[0][head] = rows[head][order];
            valueGradients[head] = rowGradients[head][order];
            for (int r = 0; r < convolutions && !config.postOrderMixing(); r++) {
                values[r + 1][head] = convolved[r][head];
            }
        }
        mixedGradients = config.postOrderMixing() ? cube(MIXED_GRADIENTS, 1, heads)[0] : valueGradients;
    }

    private float[][][] cube(Workspace.Slot<float[][]> slot, int outer, int inner) {
        float[][][] cube = new float[outer][][];
        for (int i = 0; i < outer; i++) {
            cube[i] = Arrays.copyOf(workspace.rows(slot.at(i), inner, length), inner);
        }
        return cube;
    }

    /** Fills {@link #rows} and {@link #gateSums} for channel {@code j} of sequence {@code b}. */
    void read(int b, int j, Projections projections, GateSums sumsOfGates) {
        for (int head = 0; head < config.heads(); head++) {
            for (int part = 0; part <= config.order(); part++) {
                if (!sumsOfGates.covers(part)) {
                    projections.read(b, projections.channel(head, part, j), rows[head][part], workspace);
                }
            }
            sumsOfGates.read(b, head, gateSums[head]);
        }
    }

    /** From {@link #rows} to {@link #convolved} and y, H×L. */
    void forward(int b, int j, float[][] y) {
        for (int r = 0; r < ungated; r++) {
            for (int head = 0; head < config.heads(); head++) {
                gate(b, j, r, head);
                filters.convolve(r, head, gated, convolved[r][head]);
            }
            mixHeads(r);
        }
        for (int head = 0; head < config.heads(); head++) {
            if (ungated < convolutions) {
                filters.convolveGated(ungated, head, gatedRow(head), y[head]);
            } else {
                VectorOps.multiply(values[convolutions][head], rows[head][0], y[head], length);
            }
        }
    }

    /** y again, H×L, from {@link #rows} and {@link #convolved}; also restores what {@link #backward} needs. */
    void recompute(float[][] y) {
        for (int r = 0; r < ungated; r++) {
            mixHeads(r);
        }
        for (int head = 0; head < config.heads(); head++) {
            float[] last = ungated < convolutions ? convolved[ungated][head] : values[convolutions][head];
            VectorOps.multiply(last, rows[head][0], y[head], length);
        }
    }

    /**
     * After {@link #recompute}: from the gradient of y, H×L, to {@link #rowGradients} and those of the filters; adds
     * that of the head mixing to {@code mixGradient}.
     */
    void backward(int b, int j, float[][] gradient, LongFilters.ChannelConvolution channel, double[] mixGradient) {
        for (int head = 0; head < config.heads(); head++) {
            if (ungated < convolutions) {
                backwardGated(head, gradient[head], channel);
            } else {
                VectorOps.multiply(gradient[head], values[convolutions][head], rowGradients[head][0], length);
                VectorOps.multiply(gradient[head], rows[head][0], valueGradients[head], length);
            }
        }
        for (int r = ungated - 1; r >= 0; r--) {
            unmixHeads(r, mixGradient);
            for (int head = 0; head < config.heads(); head++) {
                gate(b, j, r, head);
                channel.backward(r, mixedGradients[head], gated, gatedGradient);
                dropout.apply(config.dropout(), rowNumber(b, j, r, head), gatedGradient, length);
                VectorOps.multiply(gatedGradient, gateOf(head, r), valueGradients[head], length);
                VectorOps.multiply(gatedGradient, values[r][head], gateGradient(head, r), length);
            }
        }
    }

    private LongConvolution.GatedRow gatedRow(int head) {
        float[] gate = gateOf(head, ungated);
        return new LongConvolution.GatedRow(values[ungated][head], gate, convolved[ungated][head], rows[head][0]);
    }

    private void backwardGated(int head, float[] gradient, LongFilters.ChannelConvolution channel) {
        LongConvolution.GatedGradient gradients = new LongConvolution.GatedGradient(
                gradient, valueGradients[head], gateGradient(head, ungated), rowGradients[head][0]);
        channel.backwardGated(ungated, gatedRow(head), gradients);
    }

    private void gate(int b, int j, int r, int head) {
        VectorOps.multiply(values[r][head], gateOf(head, r), gated, length);
        dropout.apply(config.dropout(), rowNumber(b, j, r, head), gated, length);
    }

    private float[] gateOf(int head, int r) {
        return config.outerMixing() ? gateSums[head][r] : rows[head][config.order() - 1 - r];
    }

    private float[] gateGradient(int head, int r) {
        return config.outerMixing() ? gateSumGradients[head][r] : rowGradients[head][config.order() - 1 - r];
    }

    private long rowNumber(int b, int j, int r, int head) {
        return (((long) b * convolutions + r) * config.heads() + head) * config.headWidth() + j;
    }

    /** (v_{r+1})_k = Σ_g R[r, g, k] (q_r)_g; without mixing v_{r+1} is q_r already. */
    private void mixHeads(int r) {
        for (int k = 0; k < config.heads() && config.postOrderMixing(); k++) {
            float[] value = values[r + 1][k];
            Arrays.fill(value, 0, length, 0f);
            for (int g = 0; g < config.heads(); g++) {
                VectorOps.add(mix[mixIndex(r, g, k)], convolved[r][g], value, length);
            }
        }
    }

    private void unmixHeads(int r, double[] mixGradient) {
        for (int g = 0; g < config.heads() && config.postOrderMixing(); g++) {
            float[] gradient = mixedGradients[g];
            Arrays.fill(gradient, 0, length, 0f);
            for (int k = 0; k < config.heads(); k++) {
                VectorOps.add(mix[mixIndex(r, g, k)], valueGradients[k], gradient, length);
                mixGradient[mixIndex(r, g, k)] += sums.ofProducts(convolved[r][g], valueGradients[k], length);
            }
        }
    }

    private int mixIndex(int r, int g, int k) {
        return (r * config.heads() + g) * config.heads() + k;
    }
}
