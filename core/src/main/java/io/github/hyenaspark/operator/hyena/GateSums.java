package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * With outer mixing, gates x¹ to x^(N−1) act as their sums over the channels of a head, and a sum's gradient is that of
 * each channel in it. Rows are numbered by sequence, head and r; without outer mixing there are none.
 */
final class GateSums {
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();

    private final HyenaFamily config;
    private final Projections projections;
    private final int perHead; // N−1, or 0 without outer mixing
    private ForwardContext<FloatArray> pass = ForwardContext.NONE;
    private FloatArray sums = FloatArray.allocate(0); // B×H×(N−1)×L; in the backward pass their gradients

    GateSums(HyenaFamily config, Projections projections) {
        this.config = config;
        this.projections = projections;
        perHead = config.outerMixing() ? config.order() - 1 : 0;
    }

    /** Whether a part of the projections is used as its sum only. */
    boolean covers(int part) {
        return perHead > 0 && part > 0 && part < config.order();
    }

    void forward(ForwardContext<FloatArray> newPass) {
        pass = newPass;
        int length = pass.length();
        sums = sums.roomFor((long) rows() * length);
        pass.pool().divide(rows(), (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            float[] sum = workspace.row(SUM, length);
            float[] row = workspace.row(ROW, length);
            for (int number = from; number < to; number++) {
                Arrays.fill(sum, 0, length, 0f);
                for (int j = 0; j < config.headWidth(); j++) {
                    projections.read(number / (perHead * config.heads()), channel(number, j), row, workspace);
                    VectorOps.add(row, sum, length);
                }
                sums.write((long) number * length, sum, length);
            }
        });
    }

    /** Copies the sums of one head of one sequence, by r. */
    void read(int b, int head, float[][] to) {
        for (int r = 0; r < perHead; r++) {
            sums.read((long) number(b, head, r) * pass.length(), to[r], pass.length());
        }
    }

    /**
     * From the gradients of the sums that every channel contributes, B×(N−1)×D×L in the order of r and of the heads'
     * channels, to those of the gates.
     */
    void backward(ForwardContext<FloatArray> newPass, FloatArray contributions) {
        pass = newPass;
        int length = pass.length();
        pass.pool().divide(rows(), (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            float[] sum = workspace.row(SUM, length);
            float[] row = workspace.row(ROW, length);
            for (int number = from; number < to; number++) {
                Arrays.fill(sum, 0, length, 0f);
                for (int j = 0; j < config.headWidth(); j++) {
                    contributions.read(contribution(number, j), row, length);
                    VectorOps.add(row, sum, length);
                }
                sums.write((long) number * length, sum, length);
            }
        });
        pass.pool().divide(perHead > 0 ? config.headWidth() : 0, (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            float[] sum = workspace.row(SUM, length);
            for (int number = 0; number < rows(); number++) {
                sums.read((long) number * length, sum, length);
                for (int j = from; j < to; j++) {
                    int b = number / (perHead * config.heads());
                    projections.writeGradient(b, channel(number, j), sum, workspace);
                }
            }
        });
    }

    private long contribution(int number, int j) {
        int b = number / (perHead * config.heads());
        int head = number / perHead % config.heads();
        long r = (long) b * perHead + number % perHead;
        return ((r * config.heads() + head) * config.headWidth() + j) * pass.length();
    }

    private int rows() {
        return pass.batchSize() * config.heads() * perHead;
    }

    private int number(int b, int head, int r) {
        return (b * config.heads() + head) * perHead + r;
    }

    /** Of channel j of the gate that row {@code number} sums. */
    private int channel(int number, int j) {
        int head = number / perHead % config.heads();
        return projections.channel(head, config.order() - 1 - number % perHead, j);
    }
}
