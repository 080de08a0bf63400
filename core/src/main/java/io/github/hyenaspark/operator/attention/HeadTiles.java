package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.RotaryAngles;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Optional;

/**
 * Queries, scaled by 1/√c, keys and values of attention, perhaps rotated by position. They lie {@link Tile#packed tile
 * after tile}, every head's part of a tile a matrix without gaps; in the backward pass gradients take their places.
 */
final class HeadTiles {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> COSINE = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SINE = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> EVEN = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> ODD = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> ROTATED = Workspace.Slot.row();

    /** Steps of a tile: a block of scores, its square, stays in the second-level cache. */
    static final int LENGTH = 256;

    private static final int PARTS = 3;

    private final AttentionConfig config;
    private final float scale;
    private final Dense projection;
    private final Optional<RotaryAngles> angles;
    private FloatArray projected = FloatArray.allocate(0);

    HeadTiles(AttentionConfig config) {
        this.config = config;
        projection = Dense.in(config.width(), PARTS * config.width());
        scale = (float) (1 / Math.sqrt(config.headWidth()));
        angles = config.rotary() ? Optional.of(new RotaryAngles(config.headWidth())) : Optional.empty();
    }

    /** What a head projects its input to, in the order of the projection's channels. */
    enum Operand {
        QUERY,
        KEY,
        VALUE
    }

    @SuppressWarnings("EnumOrdinal") // the constants stand in the order of the channels
    Matrix of(Operand operand, int head, Tile tile) {
        int row = operand.ordinal() * config.width() + head * config.headWidth();
        return tile.packed(projected, PARTS * config.width()).part(row, config.headWidth());
    }

    void free() {
        projected.free();
    }

    /** Projects a batch, B×D×L, of steps that {@code before} others came before. */
    void forward(FloatArray input, int before, ForwardContext<FloatArray> pass) {
        int channels = PARTS * config.width();
        projected = projected.roomFor((long) pass.batchSize() * channels * pass.length());
        Matrix weight = Matrix.of(pass.parameter("in.weight"), channels, config.width());
        float[] bias = pass.parameter("in.bias").toArray();
        Tile.each(pass, LENGTH, tile -> {
            Matrix product = tile.packed(projected, channels);
            product.set(weight, tile.of(input, config.width()));
            float[] row = tile.workspace().row(ROW, tile.count());
            for (int channel = 0; channel < channels; channel++) {
                product.read(channel, row);
                VectorOps.add(bias[channel], row, tile.count());
                product.write(channel, row);
            }
            rotate(tile, before, 1);
        });
    }

    /** From the gradients in their places to that of the input, B×D×L, which may take the place of the input. */
    void backward(FloatArray input, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        Tile.each(pass, LENGTH, tile -> rotate(tile, 0, -1));
        Dense.Backward backward = projection
        .new Backward(
                pass,
                LENGTH,
                tile -> tile.of(input, config.width()),
                tile -> tile.packed(projected, PARTS * config.width()));
        Tile.each(pass, LENGTH, tile -> backward.run(tile, tile.of(inputGradient, config.width())));
        backward.finish();
    }

    /** Scales queries; rotates channels 2i and 2i+1 of queries and keys by t·θ_i, or back with {@code sign} −1. */
    private void rotate(Tile tile, int before, int sign) {
        for (int head = 0; head < config.heads(); head++) {
            Matrix queries = of(Operand.QUERY, head, tile);
            float[] row = tile.workspace().row(ROW, tile.count());
            for (int j = 0; j < config.headWidth(); j++) {
                queries.read(j, row);
                VectorOps.scale(scale, row, tile.count());
                queries.write(j, row);
            }
        }
        angles.ifPresent(ofHead -> {
            float[] cosine = tile.workspace().row(COSINE, tile.count());
            float[] sine = tile.workspace().row(SINE, tile.count());
            for (int pair = 0; pair < ofHead.pairs(); pair++) {
                ofHead.write(pair, before + tile.from(), tile.count(), cosine, sine);
                VectorOps.scale(sign, sine, tile.count());
                for (int head = 0; head < config.heads(); head++) {
                    rotate(of(Operand.QUERY, head, tile), pair, cosine, sine, tile.workspace());
                    rotate(of(Operand.KEY, head, tile), pair, cosine, sine, tile.workspace());
                }
            }
        });
    }

    private static void rotate(Matrix rows, int pair, float[] cosine, float[] sine, Workspace workspace) {
        int count = rows.columns();
        float[] even = workspace.row(EVEN, count);
        float[] odd = workspace.row(ODD, count);
        float[] rotated = workspace.row(ROTATED, count);
        rows.read(2 * pair, even);
        rows.read(2 * pair + 1, odd);
        VectorOps.multiply(odd, sine, rotated, count);
        VectorOps.scale(-1, rotated, count);
        VectorOps.addProduct(even, cosine, rotated, count);
        rows.write(2 * pair, rotated);
        VectorOps.multiply(even, sine, rotated, count);
        VectorOps.addProduct(odd, cosine, rotated, count);
        rows.write(2 * pair + 1, rotated);
    }
}
