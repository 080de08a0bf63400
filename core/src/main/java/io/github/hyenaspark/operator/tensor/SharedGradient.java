package io.github.hyenaspark.operator.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The gradient of a weight matrix: the sum of a product for every tile, added in the order of the tiles. Threads own
 * elements of the sum, not tiles, so it is the same for any number of threads, and none of them needs a copy.
 */
public final class SharedGradient {
    /** Shares of rows and of columns are multiples of these, which suit the kernels of products. */
    private static final int ROWS = 12;

    private static final int COLUMNS = 64;

    private final Matrix sum;
    private final Term[] wave;

    /** What a tile adds, a · b: the gradient of its outputs, and its inputs, a step a row. */
    public record Term(Matrix a, Matrix b) {}

    private SharedGradient(Matrix sum, int threads) {
        this.sum = sum;
        wave = new Term[threads];
    }

    /** For the gradient called {@code name}, of {@code rows}×{@code columns}. */
    public SharedGradient(ForwardContext<FloatArray> pass, String name, int rows, int columns) {
        this(Matrix.of(pass.gradient(name), rows, columns), pass.pool().threads());
    }

    /** {@code number} rows from {@code row} on. */
    public SharedGradient part(int row, int number) {
        return new SharedGradient(sum.part(row, number), wave.length);
    }

    /** Adds the terms of all tiles, where the operands of all of them exist. */
    public void add(ForwardContext<FloatArray> pass, int tileLength, Function<Tile, Term> term) {
        pass.pool().divide(wave.length, (member, first, last) -> {
            List<Term> terms = new ArrayList<>();
            Tile.all(pass, tileLength, member).forEach(tile -> terms.add(term.apply(tile)));
            for (int share = first; share < last; share++) {
                addShare(share, terms);
            }
        });
    }

    /** Within {@link Tile#inWaves}: the term of a tile, whose operands must last until the wave ends. */
    public void put(Tile tile, Matrix a, Matrix b) {
        wave[tile.number() % wave.length] = new Term(a, b);
    }

    /** Adds one of as many shares as there are threads of the first {@code count} terms of a wave. */
    void takeWave(int share, int count) {
        addShare(share, Arrays.asList(wave).subList(0, count));
    }

    private void addShare(int share, List<Term> terms) {
        boolean byRows = sum.rows() >= sum.columns();
        int size = byRows ? sum.rows() : sum.columns();
        int unit = byRows ? ROWS : COLUMNS;
        int from = start(share, size, unit);
        int count = start(share + 1, size, unit) - from;
        if (count == 0) {
            return;
        }
        Matrix part = byRows ? sum.part(from, count) : sum.columns(from, count);
        for (Term term : terms) {
            if (byRows) {
                part.add(rows(term.a, from, count), term.b);
            } else {
                part.add(term.a, rows(term.b.t(), from, count).t());
            }
        }
    }

    private int start(int share, int size, int unit) {
        long units = ((long) size + unit - 1) / unit;
        return (int) Math.min(size, units * share / wave.length * unit);
    }

    private static Matrix rows(Matrix matrix, int from, int count) {
        return matrix.transposed() ? matrix.columns(from, count) : matrix.part(from, count);
    }

    /**
     * Sums in double that become the gradient of a vector: one row of them for every item of a pass, a tile, a channel
     * or a sequence, added in the order of the items. So they are the same for any number of threads.
     */
    public static final class OfVector {
        private final ForwardContext<FloatArray> pass;
        private final String name;
        private final double[][] items;
        private final int count;

        /** For the gradient called {@code name}, of {@code count} elements. */
        public OfVector(ForwardContext<FloatArray> pass, String name, int items, int count) {
            this.pass = pass;
            this.name = name;
            this.items = new double[items][count];
            this.count = count;
        }

        /** With a row for every tile. */
        public static OfVector ofTiles(ForwardContext<FloatArray> pass, int tileLength, String name, int count) {
            return new OfVector(pass, name, Tile.tiles(pass, tileLength), count);
        }

        public double[] of(int item) {
            return items[item];
        }

        public double[] of(Tile tile) {
            return items[tile.number()];
        }

        public void finish() {
            double[] total = new double[count];
            for (double[] sums : items) {
                for (int i = 0; i < count; i++) {
                    total[i] += sums[i];
                }
            }
            pass.gradient(name).add(total);
        }
    }
}
