package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Pass;

/** The weight of the hidden state, G·D×D, in the products of a step. */
final class HiddenWeight {
    /** Up to so many multiplications OpenBLAS multiplies matrices where they lie; for more it copies them first. */
    private static final long SMALL_PRODUCT = 1_000_000;

    private static final int FEWEST_COLUMNS = 32;
    private static final int LANES = 16;

    private final RecurrentCell cell;
    private final int width;
    private FloatArray turned = FloatArray.allocate(0);
    private Matrix weight = Matrix.of(turned, 0, 0);
    /** D×G·D: where there is more than one sequence, small products are twice as fast without a transpose. */
    private Matrix transpose = weight;

    HiddenWeight(RecurrentConfig config) {
        cell = config.cell();
        width = config.width();
    }

    /** Takes the weight of a pass. */
    void start(Pass<FloatArray> pass) {
        int rows = cell.gates() * width;
        FloatArray values = pass.parameter("hidden.weight");
        weight = Matrix.of(values, rows, width);
        transpose = weight.t();
        if (pass.batchSize() > 1) {
            turned = turned.atLeast(values.length());
            turned.write(0, turned(values.toArray(), rows), Math.toIntExact(values.length()));
            transpose = Matrix.of(turned, width, rows);
        }
    }

    private float[] turned(float[] values, int rows) {
        float[] result = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                result[column * rows + row] = values[row * width + column];
            }
        }
        return result;
    }

    /** Adds the products of h, one sequence a row, to the slots that they share with the input, and sets the others. */
    void addProducts(Matrix hidden, Matrix slots) {
        for (RecurrentCell.HiddenProduct product : cell.hiddenProducts()) {
            Matrix target = slots.columns(product.slot() * width, product.gates() * width);
            int from = product.gate() * width;
            Matrix factor = transpose.transposed()
                    ? weight.part(from, target.columns()).t()
                    : transpose.columns(from, target.columns());
            inParts(target, hidden, factor, product.slot() < cell.gates());
        }
    }

    /** Sets the gradient of h from those of the slots, one sequence a row. */
    void setGradient(Matrix slots, Matrix gradient) {
        boolean add = false;
        for (RecurrentCell.HiddenProduct product : cell.hiddenProducts()) {
            Matrix source = slots.columns(product.slot() * width, product.gates() * width);
            inParts(gradient, source, weight.part(product.gate() * width, source.columns()), add);
            add = true;
        }
    }

    /** target = a · b, or with {@code add} target + a · b, by runs of columns that make small products. */
    private static void inParts(Matrix target, Matrix a, Matrix b, boolean add) {
        int columns = target.columns();
        int most = (int) (SMALL_PRODUCT / ((long) a.rows() * a.columns()));
        int parts = b.transposed() || most < FEWEST_COLUMNS ? 1 : (columns + most - 1) / most;
        int part = ((columns + parts - 1) / parts + LANES - 1) / LANES * LANES;
        for (int from = 0; from < columns; from += part) {
            int count = Math.min(part, columns - from);
            Matrix some = target.columns(from, count);
            Matrix factor = count == columns ? b : b.columns(from, count);
            if (add) {
                some.add(a, factor);
            } else {
                some.set(a, factor);
            }
        }
    }
}
