package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.CellLoops;
import io.github.hyenaspark.operator.tensor.Rows;

/** r, z = σ(a); n = tanh(a + r ⊙ q) with q in a slot of its own; h = (1 − z) ⊙ n + z ⊙ h' = n + z ⊙ (h' − n). */
final class GruStep implements CellStep {
    @Override
    public void forward(CellRows rows) {
        int count = rows.count;
        float[] z = rows.slots[1];
        float[] n = rows.slots[2];
        rows.squash.logistic(rows.slots[0], count);
        rows.squash.logistic(z, count);
        Rows.addProduct(rows.slots[0], rows.slots[3], n, count);
        rows.squash.tanh(n, count);
        CellLoops.difference(rows.before, n, rows.row, count);
        System.arraycopy(n, 0, rows.after, 0, count);
        Rows.addProduct(z, rows.row, rows.after, count);
    }

    /** dn = dh (1 − z)(1 − n²), dz = dh (h' − n) z(1 − z), dr = dn q r(1 − r), dq = dn r, dh' = dh z. */
    @Override
    public void backward(CellRows rows) {
        int count = rows.count;
        float[] r = rows.slots[0];
        float[] z = rows.slots[1];
        float[] n = rows.slots[2];
        float[] q = rows.slots[3];
        float[] dh = rows.gradient;
        CellLoops.difference(rows.before, n, rows.other, count);
        Rows.multiply(dh, rows.other, rows.other, count);
        Rows.multiply(dh, z, rows.row, count);
        CellLoops.difference(dh, rows.row, dh, count);
        CellLoops.ofTanh(dh, n, n, count);
        System.arraycopy(rows.row, 0, dh, 0, count);
        CellLoops.ofLogistic(rows.other, z, z, count);
        Rows.multiply(n, q, rows.row, count);
        Rows.multiply(n, r, q, count);
        CellLoops.ofLogistic(rows.row, r, r, count);
    }
}
