package io.github.hyenaspark.operator;

/** The dense projection with bias that ends the operator, tile by tile. */
final class OutputProjection {
    private final int width;

    OutputProjection(int width) {
        this.width = width;
    }

    /** Projects {@code input}, B×D×L. */
    void forward(FloatArray input, FloatArray output, Pass<FloatArray> pass) {
        Matrix weight = weight(pass);
        float[] bias = pass.parameter("out.bias").toArray();
        Tile.each(pass, Tile.LENGTH, tile -> {
            Matrix result = tile.matrix("operator.output", width);
            result.set(weight, tile.of(input, width));
            float[] row = tile.scratch().row("operator.row", tile.count());
            for (int d = 0; d < width; d++) {
                result.read(d, row);
                Rows.add(bias[d], row, tile.count());
                output.write(tile.start(width, d), row, tile.count());
            }
        });
    }

    /** Puts the gradient of {@code input} in its place and adds those of the parameters. */
    void backward(FloatArray input, FloatArray outputGradient, Pass<FloatArray> pass) {
        Matrix weight = weight(pass);
        SharedGradient weightGradient = new SharedGradient(pass, "out.weight", width, width);
        SharedSums biasGradient = new SharedSums(pass, "out.bias", width);
        Tile.each(pass, Tile.LENGTH, tile -> {
            Matrix gradient = tile.of(outputGradient, width);
            gradient.addRowSums(biasGradient.of(tile.member()), tile.scratch());
            Matrix activated = tile.of(input, width);
            weightGradient.of(tile.member()).add(gradient, activated.t());
            activated.set(weight.t(), gradient);
        });
        weightGradient.finish(pass.team().scratch(0));
        biasGradient.finish();
    }

    private Matrix weight(Pass<FloatArray> pass) {
        return Matrix.of(pass.parameter("out.weight"), width, width);
    }
}
