package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.CellLoops;

/** h = tanh(a). */
final class RnnStep implements CellStep {
    @Override
    public void forward(CellRows rows) {
        System.arraycopy(rows.slots[0], 0, rows.after, 0, rows.count);
        rows.squash.tanh(rows.after, rows.count);
    }

    /** da = dh (1 − h²). */
    @Override
    public void backward(CellRows rows) {
        CellLoops.ofTanh(rows.gradient, rows.after, rows.slots[0], rows.count);
        java.util.Arrays.fill(rows.gradient, 0, rows.count, 0f);
    }
}
