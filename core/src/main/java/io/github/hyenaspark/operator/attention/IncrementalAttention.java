package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.attention.HeadTiles.Part;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * {@link AttentionOperator} for one sequence that grows: the first pass takes its beginning, every later one a single
 * step, which costs a read of all keys and values so far; they are kept.
 */
final class IncrementalAttention implements InferenceModule<FloatArray> {
    private final AttentionConfig config;
    private final int capacity;
    private final HeadTiles step;
    private final OutputProjection outputProjection;
    private final FloatArray keys; // D×capacity
    private final FloatArray values; // D×capacity
    private final FloatArray mixed; // D×1
    private int length;

    /** Attention for a sequence of at most {@code capacity} steps. */
    IncrementalAttention(AttentionConfig config, int capacity) {
        this.config = config;
        this.capacity = capacity;
        step = new HeadTiles(config);
        outputProjection = new OutputProjection(config.width());
        keys = FloatArray.allocate((long) config.width() * capacity);
        values = FloatArray.allocate((long) config.width() * capacity);
        mixed = FloatArray.allocate(config.width());
    }

    @Override
    public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
        if (length == 0) {
            AttentionOperator beginning = new AttentionOperator(config);
            beginning.forward(input, output, pass);
            Tile.each(pass, HeadTiles.LENGTH, tile -> keep(beginning.tiles(), tile));
        } else {
            step.forward(input, length, pass);
            Tile.each(pass, 1, tile -> {
                keep(step, tile);
                for (int head = 0; head < config.heads(); head++) {
                    attend(head, tile);
                }
            });
            outputProjection.forward(mixed, output, pass);
        }
        length += pass.length();
    }

    private void keep(HeadTiles tiles, Tile tile) {
        float[] row = tile.workspace().row("attention.row", tile.count());
        for (int channel = 0; channel < config.width(); channel++) {
            int head = channel / config.headWidth();
            long at = (long) channel * capacity + length + tile.from();
            tiles.of(Part.KEY, head, tile).read(channel % config.headWidth(), row);
            keys.write(at, row, tile.count());
            tiles.of(Part.VALUE, head, tile).read(channel % config.headWidth(), row);
            values.write(at, row, tile.count());
        }
    }

    /** The output of one head for the step after those that were kept before it. */
    private void attend(int head, Tile tile) {
        Workspace workspace = tile.workspace();
        int steps = length + 1;
        Matrix scores = Matrix.of(workspace.array("attention.scores", capacity), 1, steps);
        scores.set(step.of(Part.QUERY, head, tile).t(), kept(keys, head, steps));
        float[] row = workspace.row("attention.row", capacity);
        float[] largest = workspace.row("attention.largest", capacity);
        scores.read(0, row);
        float most = row[0];
        for (int s = 1; s < steps; s++) {
            most = Math.max(most, row[s]);
        }
        Arrays.fill(largest, 0, steps, most);
        workspace.exponential().ofDifferences(row, largest, steps);
        VectorOps.scale((float) (1 / workspace.sums().of(row, steps)), row, steps);
        scores.write(0, row);
        Matrix output = Matrix.of(mixed, config.width(), 1).part(head * config.headWidth(), config.headWidth());
        output.set(kept(values, head, steps), scores.t());
    }

    private Matrix kept(FloatArray all, int head, int steps) {
        return new Matrix(all, (long) head * config.headWidth() * capacity, config.headWidth(), steps, capacity, false);
    }
}
