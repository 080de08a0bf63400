package io.github.hyenaspark.product;

import java.util.Random;

/**
 * A random product: shapes around the borders of tiles and blocks, strides with gaps, transposes, C set or added to;
 * and what must come out, by the definition at {@link Product}, element by element.
 */
record ProductCase(Operand a, Operand b, Operand c, boolean add) {
    private static final int[] INNER = {1, 2, 3, 7, 63, 127, 511, 512, 513, 1025, 1600};
    private static final int[] OUTER = {1, 2, 3, 5, 6, 7, 15, 17, 31, 64, 65, 127, 200};
    private static final int[] LONG = {257, 511, 512, 513, 530};

    static ProductCase random(Random random) {
        int inner = INNER[random.nextInt(INNER.length)];
        int rows = OUTER[random.nextInt(OUTER.length)];
        int columns = random.nextInt(4) == 0 ? LONG[random.nextInt(LONG.length)] : OUTER[random.nextInt(OUTER.length)];
        boolean swap = random.nextBoolean();
        return new ProductCase(
                operand(swap ? columns : rows, inner, random),
                operand(inner, swap ? rows : columns, random),
                operand(swap ? columns : rows, swap ? rows : columns, random),
                random.nextBoolean());
    }

    private static Operand operand(int rows, int columns, Random random) {
        boolean transposed = random.nextBoolean();
        int storedRows = transposed ? columns : rows;
        int stride = (transposed ? rows : columns) + random.nextInt(3);
        int start = random.nextInt(5);
        HeapFloats values = HeapFloats.random(start + storedRows * stride, random);
        return new Operand(values, start, rows, columns, stride, transposed);
    }

    /** Everything that C's floats are afterwards, its gaps included. */
    float[] run(Product product) {
        HeapFloats values = floats(c).copy();
        Operand result = new Operand(values, c.start(), c.rows(), c.columns(), c.stride(), c.transposed());
        if (add) {
            product.add(a, b, result);
        } else {
            product.set(a, b, result);
        }
        return values.values();
    }

    float[] expected() {
        float[] values = floats(c).copy().values();
        for (int i = 0; i < c.rows(); i++) {
            for (int j = 0; j < c.columns(); j++) {
                values[index(c, i, j)] = element(i, j);
            }
        }
        return values;
    }

    private float element(int i, int j) {
        float sum = add ? at(c, i, j) : 0;
        for (int block = 0; block < a.columns(); block += 512) {
            float chain = 0;
            for (int k = block; k < Math.min(a.columns(), block + 512); k++) {
                chain = Math.fma(at(a, i, k), at(b, k, j), chain);
            }
            sum = add || block > 0 ? sum + chain : chain;
        }
        return sum;
    }

    /** The largest error of an element of {@code found}, in parts of the sum of the absolute terms. */
    double largestError(float[] found) {
        double largest = 0;
        for (int i = 0; i < c.rows(); i++) {
            for (int j = 0; j < c.columns(); j++) {
                double sum = add ? at(c, i, j) : 0;
                double size = Math.abs(sum);
                for (int k = 0; k < a.columns(); k++) {
                    double term = (double) at(a, i, k) * at(b, k, j);
                    sum += term;
                    size += Math.abs(term);
                }
                largest = Math.max(largest, Math.abs(found[index(c, i, j)] - sum) / size);
            }
        }
        return largest;
    }

    /** A part of the rows of A and C. */
    ProductCase rows(int from, int to, HeapFloats result) {
        Operand target = new Operand(result, c.start(), c.rows(), c.columns(), c.stride(), c.transposed());
        return new ProductCase(part(a, from, to), b, part(target, from, to), add);
    }

    private static Operand part(Operand matrix, int from, int to) {
        long start = matrix.start() + (matrix.transposed() ? from : (long) from * matrix.stride());
        return new Operand(matrix.values(), start, to - from, matrix.columns(), matrix.stride(), matrix.transposed());
    }

    static HeapFloats floats(Operand matrix) {
        return (HeapFloats) matrix.values();
    }

    static float at(Operand matrix, int i, int j) {
        return floats(matrix).values()[index(matrix, i, j)];
    }

    static int index(Operand matrix, int i, int j) {
        return (int) matrix.start() + (matrix.transposed() ? j * matrix.stride() + i : i * matrix.stride() + j);
    }

    @Override
    public String toString() {
        return a.shape() + (a.transposed() ? "ᵀ" : "") + " times " + b.shape() + (b.transposed() ? "ᵀ" : "")
                + (add ? " added to " : " into ") + c.shape() + (c.transposed() ? "ᵀ" : "");
    }
}
