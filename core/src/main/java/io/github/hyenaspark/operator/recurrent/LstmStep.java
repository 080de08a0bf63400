package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.CellLoops;
import io.github.hyenaspark.operator.tensor.Rows;

/** i, f, o = σ(a), g = tanh(a); c = f ⊙ c' + i ⊙ g; h = o ⊙ tanh c. */
final class LstmStep implements CellStep {
    @Override
    public void forward(CellRows rows) {
        int count = rows.count;
        float[][] gates = rows.slots;
        rows.squash.logistic(gates[0], count);
        rows.squash.logistic(gates[1], count);
        rows.squash.tanh(gates[2], count);
        rows.squash.logistic(gates[3], count);
        Rows.multiply(gates[1], rows.memoryBefore, rows.memoryAfter, count);
        Rows.addProduct(gates[0], gates[2], rows.memoryAfter, count);
        tanhOfMemory(rows);
        Rows.multiply(gates[3], rows.row, rows.after, count);
    }

    @Override
    public void backward(CellRows rows) {
        int count = rows.count;
        float[] i = rows.slots[0];
        float[] f = rows.slots[1];
        float[] g = rows.slots[2];
        float[] o = rows.slots[3];
        float[] dc = rows.memoryGradient;
        tanhOfMemory(rows);
        Rows.multiply(rows.gradient, o, rows.other, count);
        CellLoops.ofTanh(rows.other, rows.row, rows.other, count);
        Rows.add(rows.other, dc, count);
        Rows.multiply(rows.gradient, rows.row, rows.row, count);
        CellLoops.ofLogistic(rows.row, o, o, count);
        Rows.multiply(dc, rows.memoryBefore, rows.row, count);
        Rows.multiply(dc, g, rows.other, count);
        Rows.multiply(dc, i, rows.gradient, count);
        Rows.multiply(dc, f, dc, count);
        CellLoops.ofLogistic(rows.row, f, f, count);
        CellLoops.ofLogistic(rows.other, i, i, count);
        CellLoops.ofTanh(rows.gradient, g, g, count);
        java.util.Arrays.fill(rows.gradient, 0, count, 0f);
    }

    /** Puts tanh c into {@code row}. */
    private static void tanhOfMemory(CellRows rows) {
        System.arraycopy(rows.memoryAfter, 0, rows.row, 0, rows.count);
        rows.squash.tanh(rows.row, rows.count);
    }
}
