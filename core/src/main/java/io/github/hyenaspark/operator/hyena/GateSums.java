package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * With outer mixing, gates x¹ to x^(N−1) act as their sums over the channels of a head, and a sum's gradient is that of
 * each channel in it. Rows are numbered by sequence, head and r; without outer mixing there are none.
 */
final class GateSums {
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<FloatArray> GRADIENTS = Workspace.Slot.array();

    private final HyenaFamily config;
    private final Projections projections;
    private final int perHead; // N−1, or 0 without outer mixing
    private ForwardContext<FloatArray> pass = ForwardContext.NONE;
    private FloatArray sums = FloatArray.allocate(0); // B×H×(N−1)×L
    private final List<FloatArray> gradients = new ArrayList<>(); // of every member

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
        sums = sums.atLeast((long) rows() * length);
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

    void startBackward(ForwardContext<FloatArray> newPass) {
        pass = newPass;
        gradients.clear();
        for (int member = 0; member < pass.pool().threads() && perHead > 0; member++) {
            long size = (long) rows() * pass.length();
            FloatArray array = pass.pool().workspace(member).array(GRADIENTS, size);
            array.zero(size);
            gradients.add(array);
        }
    }

    /** Adds one channel's share of the gradients, by r. */
    void addGradients(int member, int b, int head, float[][] share) {
        float[] row = pass.pool().workspace(member).row(ROW, pass.length());
        for (int r = 0; r < perHead; r++) {
            long at = (long) number(b, head, r) * pass.length();
            gradients.get(member).read(at, row, pass.length());
            VectorOps.add(share[r], row, pass.length());
            gradients.get(member).write(at, row, pass.length());
        }
    }

    void finishBackward() {
        int length = pass.length();
        pass.pool().divide(perHead > 0 ? config.headWidth() : 0, (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            float[] sum = workspace.row(SUM, length);
            for (int number = 0; number < rows(); number++) {
                total(number, sum, workspace.row(ROW, length));
                for (int j = from; j < to; j++) {
                    int b = number / (perHead * config.heads());
                    projections.writeGradient(b, channel(number, j), sum, workspace);
                }
            }
        });
    }

    private void total(int number, float[] sum, float[] row) {
        Arrays.fill(sum, 0, pass.length(), 0f);
        for (FloatArray share : gradients) {
            share.read((long) number * pass.length(), row, pass.length());
            VectorOps.add(row, sum, pass.length());
        }
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
