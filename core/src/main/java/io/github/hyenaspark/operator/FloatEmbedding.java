package io.github.hyenaspark.operator;

/**
 * The embedding in the form that runs, a tile of steps at a time because the table has channels last, activations time
 * last.
 */
public final class FloatEmbedding implements Embedding<FloatArray> {
    private static final int TILE_LENGTH = 64;

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
        float[] token = new float[width];
        float[][] tile = new float[width][TILE_LENGTH];
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < pass.length(); from += TILE_LENGTH) {
                int count = Math.min(TILE_LENGTH, pass.length() - from);
                for (int t = 0; t < count; t++) {
                    table.read((long) ids[b * pass.length() + from + t] * width, token, width);
                    for (int d = 0; d < width; d++) {
                        tile[d][t] = token[d];
                    }
                }
                for (int d = 0; d < width; d++) {
                    output.write(((long) b * width + d) * pass.length() + from, tile[d], count);
                }
            }
        }
        drop(output, output, pass);
    }

    @Override
    public void backward(int[] ids, FloatArray outputGradient, Pass<FloatArray> pass) {
        FloatArray gradient = outputGradient;
        if (pass.dropout().active() && dropout > 0) {
            gradient = FloatArray.allocate(outputGradient.length());
            drop(outputGradient, gradient, pass);
        }
        FloatArray table = pass.gradient("weight");
        float[] token = new float[width];
        float[][] tile = new float[width][TILE_LENGTH];
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < pass.length(); from += TILE_LENGTH) {
                int count = Math.min(TILE_LENGTH, pass.length() - from);
                for (int d = 0; d < width; d++) {
                    gradient.read(((long) b * width + d) * pass.length() + from, tile[d], count);
                }
                for (int t = 0; t < count; t++) {
                    long at = (long) ids[b * pass.length() + from + t] * width;
                    table.read(at, token, width);
                    for (int d = 0; d < width; d++) {
                        token[d] += tile[d][t];
                    }
                    table.write(at, token, width);
                }
            }
        }
    }

    private void drop(FloatArray from, FloatArray to, Pass<FloatArray> pass) {
        if (!pass.dropout().active() || dropout == 0) {
            return;
        }
        float[] row = new float[pass.length()];
        for (long at = 0; at < from.length(); at += row.length) {
            from.read(at, row, row.length);
            pass.dropout().apply(dropout, at / row.length, row, row.length);
            to.write(at, row, row.length);
        }
    }
}
