package io.github.hyenaspark.operator;

/**
 * The embedding in the form that runs, a tile of steps at a time because the table has channels last, activations time
 * last. In the backward pass threads divide the channels, not the steps, so that no two add to the same number.
 */
public final class FloatEmbedding implements Embedding<FloatArray> {
    private final int width;
    private final double dropout;

    /** An embedding into D channels that drops the given share of them in training. */
    public FloatEmbedding(int width, double dropout) {
        this.width = width;
        this.dropout = dropout;
    }

    @Override
    public void forward(int[] ids, FloatArray output, Pass<FloatArray> pass) {
        FloatArray table = pass.parameter("weight");
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[] token = tile.scratch().row("embedding.token", width);
            float[][] rows = tile.scratch().rows("embedding.rows", width, tile.count());
            for (int t = 0; t < tile.count(); t++) {
                table.read((long) id(ids, tile, t) * width, token, width);
                for (int d = 0; d < width; d++) {
                    rows[d][t] = token[d];
                }
            }
            for (int d = 0; d < width; d++) {
                tile.drop(pass.dropout(), dropout, width, d, rows[d]);
            }
            tile.write(rows, width, output);
        });
    }

    @Override
    public void backward(int[] ids, FloatArray outputGradient, Pass<FloatArray> pass) {
        pass.team().divide(width, (member, from, to) -> {
            Channels channels = new Channels(from, to, pass.team().scratch(member));
            for (int b = 0; b < pass.batchSize(); b++) {
                for (int step = 0; step < pass.length(); step += Tile.LENGTH) {
                    int count = Math.min(Tile.LENGTH, pass.length() - step);
                    Tile tile = new Tile(member, 0, b, step, count, pass.length(), channels.scratch);
                    channels.add(ids, tile, outputGradient, pass);
                }
            }
        });
    }

    /** Channels {@code from} to before {@code to}, which one member of the team owns. */
    private final class Channels {
        private final int from;
        private final int count;
        private final Scratch scratch;
        private final float[][] rows;
        private final float[] token;

        Channels(int from, int to, Scratch scratch) {
            this.from = from;
            this.scratch = scratch;
            count = to - from;
            rows = scratch.rows("embedding.rows", count, Tile.LENGTH);
            token = scratch.row("embedding.token", count);
        }

        void add(int[] ids, Tile tile, FloatArray outputGradient, Pass<FloatArray> pass) {
            for (int c = 0; c < count; c++) {
                outputGradient.read(tile.start(width, from + c), rows[c], tile.count());
                tile.drop(pass.dropout(), dropout, width, from + c, rows[c]);
            }
            FloatArray table = pass.gradient("weight");
            for (int t = 0; t < tile.count(); t++) {
                long at = (long) id(ids, tile, t) * width + from;
                table.read(at, token, count);
                for (int c = 0; c < count; c++) {
                    token[c] += rows[c][t];
                }
                table.write(at, token, count);
            }
        }
    }

    private static int id(int[] ids, Tile tile, int t) {
        return ids[tile.b() * tile.length() + tile.from() + t];
    }
}
