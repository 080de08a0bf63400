package io.github.hyenaspark.operator.tensor;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A few steps, from {@code from} on, of sequence {@code b}, all channels: the unit of work where a step needs no
 * others. It stays in the cache, so everything done to it costs one pass over memory.
 *
 * @param number among all tiles of the batch
 * @param length L, steps of a sequence
 * @param workspace of the member of the pool that works on it
 */
public record Tile(int number, int b, int from, int count, int length, Workspace workspace) {
    public static final int LENGTH = 512;

    /** How many tiles of at most {@code tileLength} steps a batch has. */
    public static int tiles(ForwardContext<?> pass, int tileLength) {
        return pass.batchSize() * perSequence(pass, tileLength);
    }

    private static int perSequence(ForwardContext<?> pass, int tileLength) {
        return (pass.length() + tileLength - 1) / tileLength;
    }

    public static void each(ForwardContext<?> pass, int tileLength, Consumer<Tile> task) {
        pass.pool()
                .each(tiles(pass, tileLength), (member, number) -> task.accept(of(pass, tileLength, number, member)));
    }

    /**
     * The same in waves of one tile for every thread. After a wave {@code gradients} take what {@code task} has put
     * into them, which may lie in the workspaces of the tiles: nothing the size of the batch needs to be kept for them.
     */
    public static void inWaves(
            ForwardContext<?> pass, int tileLength, List<SharedGradient> gradients, Consumer<Tile> task) {
        ComputePool pool = pass.pool();
        int tiles = tiles(pass, tileLength);
        for (int start = 0; start < tiles; start += pool.threads()) {
            int first = start;
            int count = Math.min(pool.threads(), tiles - start);
            pool.divide(count, (member, from, to) -> {
                for (int i = from; i < to; i++) {
                    task.accept(of(pass, tileLength, first + i, member));
                }
            });
            pool.divide(pool.threads(), (member, from, to) -> {
                for (int share = from; share < to; share++) {
                    for (SharedGradient gradient : gradients) {
                        gradient.takeWave(share, count);
                    }
                }
            });
        }
    }

    /** All tiles of a batch, in the workspace of {@code member}. */
    static Stream<Tile> all(ForwardContext<?> pass, int tileLength, int member) {
        return IntStream.range(0, tiles(pass, tileLength)).mapToObj(number -> of(pass, tileLength, number, member));
    }

    private static Tile of(ForwardContext<?> pass, int tileLength, int number, int member) {
        int perSequence = perSequence(pass, tileLength);
        int from = number % perSequence * tileLength;
        int count = Math.min(tileLength, pass.length() - from);
        Workspace workspace = pass.pool().workspace(member);
        return new Tile(number, number / perSequence, from, count, pass.length(), workspace);
    }

    /** Where row {@code row} of the tile starts in an array B×rows×L. */
    public long start(int rows, int row) {
        return ((long) b * rows + row) * length + from;
    }

    public void read(FloatArray array, int rows, float[][] to) {
        for (int row = 0; row < rows; row++) {
            array.read(start(rows, row), to[row], count);
        }
    }

    /** The tile's part of an array B×{@code rows}×L, copied to the member's workspace. */
    public float[][] rows(Workspace.Slot<float[][]> slot, FloatArray array, int rows) {
        float[][] copied = workspace.rows(slot, rows, count);
        read(array, rows, copied);
        return copied;
    }

    public void write(float[][] source, int rows, FloatArray array) {
        for (int row = 0; row < rows; row++) {
            array.write(start(rows, row), source[row], count);
        }
    }

    /** Drops elements of row {@code row} of an array B×{@code rows}×L. */
    public void drop(Dropout dropout, double rate, int rows, int row, float[] values) {
        dropout.apply(rate, (long) b * rows + row, from, values, count);
    }

    /** The tile's part of an array B×{@code rows}×L as a matrix. */
    public Matrix of(FloatArray array, int rows) {
        return new Matrix(array, start(rows, 0), rows, count, length, false);
    }

    /** The tile's part of an array of tiles of this length, one after the other, each {@code rows}×steps. */
    public Matrix packed(FloatArray array, int rows) {
        return new Matrix(array, ((long) b * length + from) * rows, rows, count, count, false);
    }

    /** The first {@code number} of {@code rows}, of the tile's steps, as a matrix. */
    public Matrix of(float[][] rows, int number) {
        TileRows values = TileRows.of(rows, count);
        return new Matrix(values, 0, number, count, values.stride(), false);
    }

    /** At least {@code number} rows of at least the tile's steps in the member's workspace. */
    public float[][] rows(Workspace.Slot<float[][]> slot, int number) {
        return workspace.rows(slot, number, count);
    }
}
