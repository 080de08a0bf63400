package io.github.hyenaspark.operator;

/** fc2(gelu(fc1(x))) at every step, with biases. Keeps the values and the derivatives of the GELU, not its inputs. */
final class FeedForward implements DifferentiableMap<FloatArray> {
    private final int width;
    private final int innerWidth;
    private final Gelu gelu = new Gelu();
    private FloatArray input = FloatArray.allocate(0);
    private FloatArray derivatives = FloatArray.allocate(0); // B×I×L
    private FloatArray values = FloatArray.allocate(0); // B×I×L
    private FloatArray innerGradient = FloatArray.allocate(0); // I×L

    FeedForward(int width, int innerWidth) {
        this.width = width;
        this.innerWidth = innerWidth;
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, Pass<FloatArray> pass) {
        input = newInput;
        int length = pass.length();
        long inner = (long) innerWidth * length;
        long outer = (long) width * length;
        if (values.length() != inner * pass.batchSize()) {
            values = FloatArray.allocate(inner * pass.batchSize());
            derivatives = FloatArray.allocate(inner * pass.batchSize());
        }
        Matrix first = Matrix.of(pass.parameter("fc1.weight"), innerWidth, width);
        Matrix second = Matrix.of(pass.parameter("fc2.weight"), width, innerWidth);
        float[] firstBias = pass.parameter("fc1.bias").toArray();
        float[] secondBias = pass.parameter("fc2.bias").toArray();
        float[] row = new float[length];
        float[] activated = new float[length];
        for (int b = 0; b < pass.batchSize(); b++) {
            Matrix hidden = Matrix.of(derivatives.slice(b * inner, inner), innerWidth, length);
            hidden.set(first, Matrix.of(input.slice(b * outer, outer), width, length));
            for (int i = 0; i < innerWidth; i++) {
                long at = b * inner + (long) i * length;
                derivatives.read(at, row, length);
                Rows.add(firstBias[i], row, length);
                gelu.forward(row, activated, length);
                derivatives.write(at, row, length);
                values.write(at, activated, length);
            }
            Matrix.of(output.slice(b * outer, outer), width, length)
                    .set(second, Matrix.of(values.slice(b * inner, inner), innerWidth, length));
            for (int d = 0; d < width; d++) {
                long at = b * outer + (long) d * length;
                output.read(at, row, length);
                Rows.add(secondBias[d], row, length);
                output.write(at, row, length);
            }
        }
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, Pass<FloatArray> pass) {
        int length = pass.length();
        long inner = (long) innerWidth * length;
        long outer = (long) width * length;
        if (innerGradient.length() != inner) {
            innerGradient = FloatArray.allocate(inner);
        }
        Matrix dInner = Matrix.of(innerGradient, innerWidth, length);
        double[] firstBias = new double[innerWidth];
        double[] secondBias = new double[width];
        for (int b = 0; b < pass.batchSize(); b++) {
            FloatArray gradient = outputGradient.slice(b * outer, outer);
            Matrix dOut = Matrix.of(gradient, width, length);
            sumRows(gradient, secondBias, length);
            Matrix active = Matrix.of(values.slice(b * inner, inner), innerWidth, length);
            Matrix.of(pass.gradient("fc2.weight"), width, innerWidth).add(dOut, active.t());
            dInner.set(
                    Matrix.of(pass.parameter("fc2.weight"), width, innerWidth).t(), dOut);
            multiplyRows(derivatives.slice(b * inner, inner), innerGradient, length);
            sumRows(innerGradient, firstBias, length);
            Matrix x = Matrix.of(input.slice(b * outer, outer), width, length);
            Matrix.of(pass.gradient("fc1.weight"), innerWidth, width).add(dInner, x.t());
            Matrix.of(inputGradient.slice(b * outer, outer), width, length)
                    .set(
                            Matrix.of(pass.parameter("fc1.weight"), innerWidth, width)
                                    .t(),
                            dInner);
        }
        pass.gradient("fc1.bias").add(firstBias);
        pass.gradient("fc2.bias").add(secondBias);
    }

    private static void sumRows(FloatArray rows, double[] sums, int length) {
        float[] row = new float[length];
        for (int i = 0; i < sums.length; i++) {
            rows.read((long) i * length, row, length);
            sums[i] += Rows.sum(row, length);
        }
    }

    private static void multiplyRows(FloatArray factors, FloatArray rows, int length) {
        float[] factor = new float[length];
        float[] row = new float[length];
        for (long at = 0; at < rows.length(); at += length) {
            factors.read(at, factor, length);
            rows.read(at, row, length);
            Rows.multiply(factor, row, row, length);
            rows.write(at, row, length);
        }
    }
}
