package io.github.hyenaspark.operator.tensor;

/**
 * Sums in double that become the gradient of a vector: one row of them for every item of a pass, a tile, a channel or a
 * sequence, added in the order of the items. So they are the same for any number of threads.
 */
public final class SharedSums {
    private final ForwardContext<FloatArray> pass;
    private final String name;
    private final double[][] items;
    private final int count;

    /** For the gradient called {@code name}, of {@code count} elements. */
    public SharedSums(ForwardContext<FloatArray> pass, String name, int items, int count) {
        this.pass = pass;
        this.name = name;
        this.items = new double[items][count];
        this.count = count;
    }

    /** With a row for every tile. */
    public static SharedSums ofTiles(ForwardContext<FloatArray> pass, int tileLength, String name, int count) {
        return new SharedSums(pass, name, Tile.tiles(pass, tileLength), count);
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
