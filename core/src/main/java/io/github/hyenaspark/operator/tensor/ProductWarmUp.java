package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.kernel.WarmUp;
import java.util.Arrays;

/**
 * The products of a small layer, forward and backward, to compile all that products of matrices run: cold, they are
 * hundreds of times as slow, and a step of training would be too.
 */
public final class ProductWarmUp {
    private static final int WIDTH = 72;
    private static final int INNER_WIDTH = 200;

    private final Matrix weight = ones(INNER_WIDTH, WIDTH);
    private final Matrix input = ones(WIDTH, Tile.LENGTH + 1); // two blocks of a sum over steps
    private final Matrix inputGradient = ones(WIDTH, Tile.LENGTH + 1);
    private final Matrix inner = ones(INNER_WIDTH, Tile.LENGTH + 1);
    private final Matrix weightGradient = ones(INNER_WIDTH, WIDTH);
    private final Matrix gram = ones(WIDTH, WIDTH);
    private final Matrix columnInput = ones(WIDTH, 1);
    private final Matrix column = ones(INNER_WIDTH, 1);

    private ProductWarmUp() {}

    /** Loading it is the work. */
    private static final class OfThisJvm {
        static {
            var products = new ProductWarmUp();
            WarmUp.run("matrix products", products::once);
        }

        static void load() {}
    }

    /** Runs them until they no longer get faster, or for 3 seconds of this thread; in a JVM once. */
    public static void run() {
        OfThisJvm.load();
    }

    private void once() {
        inner.set(weight, input);
        weightGradient.set(inner, input.t());
        weightGradient.add(inner, input.t());
        inputGradient.set(weight.t(), inner);
        inputGradient.t().set(inner.t(), weight);
        gram.setUpperGram(input);
        column.set(weight, columnInput);
    }

    private static Matrix ones(int rows, int columns) {
        float[] values = new float[rows * columns];
        Arrays.fill(values, 1f);
        return Matrix.of(FloatArray.copyOf(values), rows, columns);
    }
}
