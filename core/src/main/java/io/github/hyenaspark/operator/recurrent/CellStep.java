package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SigmoidTanh;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/** What one cell does at one step, element by element; {@link Recurrence} does the products and the loop over steps. */
sealed interface CellStep {
    /** From the sums in the slots and the states before to the states after; leaves what {@link #backward} needs. */
    void forward(Rows rows);

    /** From the gradients after to those of the sums, in the slots, and before, but for the hidden products'. */
    void backward(Rows rows);

    /** The rows in which one member computes a cell's steps: sequences × D elements each. */
    static final class Rows {
        private static final Workspace.Slot<float[][]> SLOTS = Workspace.Slot.rows();
        private static final Workspace.Slot<float[][]> ROWS = Workspace.Slot.rows();

        final int count;
        private final int slotCount;
        final SigmoidTanh sigmoidTanh;
        final float[][] slots;
        /** h and the memory, before and after the step. */
        float[] before;

        float[] after;
        float[] memoryBefore;
        float[] memoryAfter;
        /** Of h: after the step, and then before it. */
        final float[] gradient;

        final float[] memoryGradient;
        final float[] row;
        final float[] other;

        Rows(RecurrentConfig.Cell cell, int count, Workspace workspace) {
            this.count = count;
            slotCount = cell.slots;
            sigmoidTanh = workspace.sigmoidTanh;
            slots = workspace.rows(SLOTS, cell.slots, count);
            float[][] rows = workspace.rows(ROWS, 8, count);
            before = rows[0];
            after = rows[1];
            memoryBefore = rows[2];
            memoryAfter = rows[3];
            gradient = rows[4];
            memoryGradient = rows[5];
            row = rows[6];
            other = rows[7];
        }

        /** Copies the slots of every sequence from {@code ofStep}, a row for each, or with {@code write} to it. */
        void copySlots(Matrix ofStep, int width, boolean write) {
            for (int at = 0; at < count; at += width) {
                int row = at / width;
                for (int slot = 0; slot < slotCount; slot++) {
                    if (write) {
                        ofStep.write(row, slot * width, slots[slot], at, width);
                    } else {
                        ofStep.read(row, slot * width, slots[slot], at, width);
                    }
                }
            }
        }

        /** Moves to the next step: what was after is now before; in the backward pass the other way round. */
        void advance() {
            float[] hidden = before;
            before = after;
            after = hidden;
            float[] memory = memoryBefore;
            memoryBefore = memoryAfter;
            memoryAfter = memory;
        }
    }

    /** r, z = σ(a); n = tanh(a + r ⊙ q) with q in a slot of its own; h = (1 − z) ⊙ n + z ⊙ h' = n + z ⊙ (h' − n). */
    static final class Gru implements CellStep {
        @Override
        public void forward(Rows rows) {
            int count = rows.count;
            float[] z = rows.slots[1];
            float[] n = rows.slots[2];
            rows.sigmoidTanh.logistic(rows.slots[0], count);
            rows.sigmoidTanh.logistic(z, count);
            VectorOps.addProduct(rows.slots[0], rows.slots[3], n, count);
            rows.sigmoidTanh.tanh(n, count);
            VectorOps.subtract(rows.before, n, rows.row, count);
            System.arraycopy(n, 0, rows.after, 0, count);
            VectorOps.addProduct(z, rows.row, rows.after, count);
        }

        /** dn = dh (1 − z)(1 − n²), dz = dh (h' − n) z(1 − z), dr = dn q r(1 − r), dq = dn r, dh' = dh z. */
        @Override
        public void backward(Rows rows) {
            int count = rows.count;
            float[] r = rows.slots[0];
            float[] z = rows.slots[1];
            float[] n = rows.slots[2];
            float[] q = rows.slots[3];
            float[] dh = rows.gradient;
            VectorOps.subtract(rows.before, n, rows.other, count);
            VectorOps.multiply(dh, rows.other, rows.other, count);
            VectorOps.multiply(dh, z, rows.row, count);
            VectorOps.subtract(dh, rows.row, dh, count);
            VectorOps.tanhBackward(dh, n, n, count);
            System.arraycopy(rows.row, 0, dh, 0, count);
            VectorOps.sigmoidBackward(rows.other, z, z, count);
            VectorOps.multiply(n, q, rows.row, count);
            VectorOps.multiply(n, r, q, count);
            VectorOps.sigmoidBackward(rows.row, r, r, count);
        }
    }

    /** i, f, o = σ(a), g = tanh(a); c = f ⊙ c' + i ⊙ g; h = o ⊙ tanh c. */
    static final class Lstm implements CellStep {
        @Override
        public void forward(Rows rows) {
            int count = rows.count;
            float[][] gates = rows.slots;
            rows.sigmoidTanh.logistic(gates[0], count);
            rows.sigmoidTanh.logistic(gates[1], count);
            rows.sigmoidTanh.tanh(gates[2], count);
            rows.sigmoidTanh.logistic(gates[3], count);
            VectorOps.multiply(gates[1], rows.memoryBefore, rows.memoryAfter, count);
            VectorOps.addProduct(gates[0], gates[2], rows.memoryAfter, count);
            tanhOfMemory(rows);
            VectorOps.multiply(gates[3], rows.row, rows.after, count);
        }

        @Override
        public void backward(Rows rows) {
            int count = rows.count;
            float[] i = rows.slots[0];
            float[] f = rows.slots[1];
            float[] g = rows.slots[2];
            float[] o = rows.slots[3];
            float[] dc = rows.memoryGradient;
            tanhOfMemory(rows);
            VectorOps.multiply(rows.gradient, o, rows.other, count);
            VectorOps.tanhBackward(rows.other, rows.row, rows.other, count);
            VectorOps.add(rows.other, dc, count);
            VectorOps.multiply(rows.gradient, rows.row, rows.row, count);
            VectorOps.sigmoidBackward(rows.row, o, o, count);
            VectorOps.multiply(dc, rows.memoryBefore, rows.row, count);
            VectorOps.multiply(dc, g, rows.other, count);
            VectorOps.multiply(dc, i, rows.gradient, count);
            VectorOps.multiply(dc, f, dc, count);
            VectorOps.sigmoidBackward(rows.row, f, f, count);
            VectorOps.sigmoidBackward(rows.other, i, i, count);
            VectorOps.tanhBackward(rows.gradient, g, g, count);
            Arrays.fill(rows.gradient, 0, count, 0f);
        }

        private static void tanhOfMemory(Rows rows) {
            System.arraycopy(rows.memoryAfter, 0, rows.row, 0, rows.count);
            rows.sigmoidTanh.tanh(rows.row, rows.count);
        }
    }

    /** h = tanh(a). */
    static final class Rnn implements CellStep {
        @Override
        public void forward(Rows rows) {
            System.arraycopy(rows.slots[0], 0, rows.after, 0, rows.count);
            rows.sigmoidTanh.tanh(rows.after, rows.count);
        }

        /** da = dh (1 − h²). */
        @Override
        public void backward(Rows rows) {
            VectorOps.tanhBackward(rows.gradient, rows.after, rows.slots[0], rows.count);
            Arrays.fill(rows.gradient, 0, rows.count, 0f);
        }
    }
}
