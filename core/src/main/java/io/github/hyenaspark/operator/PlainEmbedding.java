package io.github.hyenaspark.operator;

/** The embedding in plain double loops. */
public final class PlainEmbedding implements Embedding<double[]> {
    private final int width;
    private final double dropout;

    /** An embedding into D channels that drops the given share of them in training. */
    public PlainEmbedding(int width, double dropout) {
        this.width = width;
        this.dropout = dropout;
    }

    @Override
    public void forward(int[] ids, double[] output, Pass<double[]> pass) {
        int length = pass.length();
        for (int row = 0; row < pass.batchSize() * width; row++) {
            for (int t = 0; t < length; t++) {
                int id = ids[row / width * length + t];
                output[row * length + t] = pass.parameter("weight")[id * width + row % width];
            }
            pass.dropout().apply(dropout, row, output, row * length, length);
        }
    }

    @Override
    public void backward(int[] ids, double[] outputGradient, Pass<double[]> pass) {
        int length = pass.length();
        double[] gradient = outputGradient.clone();
        for (int row = 0; row < pass.batchSize() * width; row++) {
            pass.dropout().apply(dropout, row, gradient, row * length, length);
            for (int t = 0; t < length; t++) {
                int id = ids[row / width * length + t];
                pass.gradient("weight")[id * width + row % width] += gradient[row * length + t];
            }
        }
    }
}
