package io.github.hyenaspark.bench;

import io.github.hyenaspark.bench.BenchmarkLoop.Workload;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.product.Operand;
import io.github.hyenaspark.product.Product;
import io.github.hyenaspark.product.ProductKernels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products of our kernel, of the scalar kernel and of ND4J's OpenBLAS, in turns on the same memory with one
 * thread, by the CPU time of the thread. OpenBLAS takes a core by the processor, and an old one on a processor that is
 * younger than it: the environment variable OPENBLAS_CORETYPE (SkylakeX, Haswell, Zen) says which it shall take.
 */
public final class ProductBenchmark {
    private static final int WARM_UP = 1;
    /** Of a product, so many rows by the scalar kernel, which would take most of the time. */
    private static final int SCALAR_ROWS = 192;

    private static final int ROW_MAJOR = 101;
    private static final int NOT_TRANSPOSED = 111;
    private static final int TRANSPOSED = 112;

    /** A layer: Y = W X on B×D×L, or Y = X W on tokens × width. */
    private record Layer(int inputs, int outputs, int tokens) {}

    private static final List<Layer> CHANNELS_FIRST = List.of(
            new Layer(256, 256, 1024),
            new Layer(256, 256, 8192),
            new Layer(256, 1024, 8192),
            new Layer(1024, 256, 8192),
            new Layer(1024, 1024, 1024),
            new Layer(1024, 1024, 8192));

    private static final List<Layer> TOKENS_FIRST = List.of(
            new Layer(256, 1024, 16384),
            new Layer(1024, 256, 16384),
            new Layer(256, 768, 16384),
            new Layer(256, 256, 16384),
            new Layer(1024, 1024, 2048));

    private ProductBenchmark() {}

    /**
     * A product of M×K by K×N; what a training does with it is its name.
     *
     * @param leftTransposed whether the left factor is stored as K×M
     * @param rightTransposed whether the right factor is stored as N×K
     */
    public record Shape(
            String name, int rows, int inner, int columns, boolean leftTransposed, boolean rightTransposed) {
        double flop() {
            return 2.0 * rows * inner * columns;
        }
    }

    /** The best rate of each, floating-point operations per second. */
    public record Rates(Shape shape, double ours, double scalar, double openBlas) {
        public double ratio() {
            return ours / openBlas;
        }

        public double scalarRatio() {
            return scalar / openBlas;
        }
    }

    /** The 34 products of the layers of models, of width 256 and 1024. */
    public static List<Shape> layers() {
        List<Shape> shapes = new ArrayList<>();
        for (Layer layer : CHANNELS_FIRST) {
            shapes.add(new Shape("Y", layer.outputs(), layer.inputs(), layer.tokens(), false, false));
            shapes.add(new Shape("dX", layer.inputs(), layer.outputs(), layer.tokens(), true, false));
            shapes.add(new Shape("dW", layer.outputs(), layer.tokens(), layer.inputs(), false, true));
        }
        for (Layer layer : TOKENS_FIRST) {
            shapes.add(new Shape("Y", layer.tokens(), layer.inputs(), layer.outputs(), false, false));
            shapes.add(new Shape("dX", layer.tokens(), layer.outputs(), layer.inputs(), false, true));
            shapes.add(new Shape("dW", layer.inputs(), layer.tokens(), layer.outputs(), true, false));
        }
        shapes.add(new Shape("Y", 1024, 16384, 256, false, false));
        return shapes;
    }

    /** Warms up and measures one shape after the other, {@code repeats} times each. */
    public static List<Rates> run(List<Shape> shapes, int repeats) throws IOException {
        Matrix.warmUp();
        List<Rates> rates = new ArrayList<>();
        for (Shape shape : shapes) {
            rates.add(measure(shape, repeats));
        }
        return rates;
    }

    /** The geometric mean of a ratio. */
    public static double mean(List<Rates> rates, ToDoubleFunction<Rates> ratio) {
        return StrictMath.exp(
                rates.stream().mapToDouble(ratio).map(StrictMath::log).average().orElseThrow());
    }

    private static Rates measure(Shape shape, int repeats) throws IOException {
        try (INDArray left = filled(shape.rows(), shape.inner());
                INDArray right = filled(shape.inner(), shape.columns());
                INDArray result = filled(shape.rows(), shape.columns())) {
            openblas.blas_set_num_threads(1); // after ND4J has been loaded, which sets it to all cores
            Operand a = operand(left, shape.rows(), shape.inner(), shape.leftTransposed());
            Operand b = operand(right, shape.inner(), shape.columns(), shape.rightTransposed());
            Operand c = operand(result, shape.rows(), shape.columns(), false);
            int some = Math.min(shape.rows(), SCALAR_ROWS);
            Operand someOfA = firstRows(a, some);
            Operand someOfC = firstRows(c, some);
            Product ours = new Product(ProductKernels.atStart().source().create());
            Product scalar = new Product(ProductKernels.of("scalar").source().create());
            List<BenchmarkLoop.Turns> turns = BenchmarkLoop.inTurns(
                    List.of(
                            Workload.of(0, () -> ours.set(a, b, c)),
                            Workload.of(0, () -> scalar.set(someOfA, b, someOfC)),
                            Workload.of(0, () -> openBlas(shape, left, right, result))),
                    WARM_UP,
                    repeats);
            return new Rates(
                    shape,
                    shape.flop() / turns.get(0).cpu().best(),
                    shape.flop() * some / shape.rows() / turns.get(1).cpu().best(),
                    shape.flop() / turns.get(2).cpu().best());
        }
    }

    private static void openBlas(Shape shape, INDArray left, INDArray right, INDArray result) {
        openblas.cblas_sgemm(
                ROW_MAJOR,
                shape.leftTransposed() ? TRANSPOSED : NOT_TRANSPOSED,
                shape.rightTransposed() ? TRANSPOSED : NOT_TRANSPOSED,
                shape.rows(),
                shape.columns(),
                shape.inner(),
                1f,
                new FloatPointer(left.data().pointer()),
                shape.leftTransposed() ? shape.rows() : shape.inner(),
                new FloatPointer(right.data().pointer()),
                shape.rightTransposed() ? shape.inner() : shape.columns(),
                0f,
                new FloatPointer(result.data().pointer()),
                shape.columns());
    }

    private static Operand operand(INDArray array, int rows, int columns, boolean transposed) {
        return new Operand(FloatArray.of(array), 0, rows, columns, transposed ? rows : columns, transposed);
    }

    private static Operand firstRows(Operand operand, int rows) {
        return new Operand(
                operand.values(), operand.start(), rows, operand.columns(), operand.stride(), operand.transposed());
    }

    private static INDArray filled(int rows, int columns) {
        return Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'c')
                .assign(0.01);
    }
}
