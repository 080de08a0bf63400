package io.github.hyenaspark.bench;

import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The least time of a step on this machine, with its matrix products and long convolutions and everything else free.
 * Both rates are the best of several repeats.
 *
 * @param productFlop floating-point operations of the matrix products of a step
 * @param productFlopPerSecond what the machine multiplies at with the step's threads
 * @param convolutionSeconds the gated long convolutions of a step, forward and backward
 */
public record Roofline(long productFlop, double productFlopPerSecond, double convolutionSeconds) {
    private static final int REPEATS = 7;
    private static final int LARGEST_PART_OF_HEAP = 4;
    private static final float VALUE = 0.01f; // of all elements

    /** Measures both, after a warm-up of the convolution. Leaves the JVM with one BLAS thread. */
    static Roofline measure(StepBenchmark.Shape shape) {
        int width = shape.model().dModel();
        int innerWidth = shape.model().innerWidth();
        double rate = ProductSpeed.measure(width, innerWidth, shape.threads());
        return new Roofline(shape.productFlop(), rate, convolutionSeconds(shape));
    }

    /** Products and convolutions, one after the other. */
    public double seconds() {
        return productFlop / productFlopPerSecond + convolutionSeconds;
    }

    private static double convolutionSeconds(StepBenchmark.Shape shape) {
        Map<MixerConfig.Cost, Long> blocks = shape.model().blocks().stream()
                .map(shape::cost)
                .filter(cost -> cost.convolutions() > 0)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return blocks.entrySet().stream()
                .mapToDouble(entry -> entry.getValue()
                        * entry.getKey().convolutions()
                        * convolutionSeconds(shape.convolutions(entry.getKey())))
                .sum();
    }

    /**
     * Measures as many channels as fit well into the heap, the same number for every thread, with fewer sequences if
     * need be, and scales up, since all rows cost the same.
     */
    private static double convolutionSeconds(ConvolutionBenchmark.Shape block) {
        int batch = block.batch();
        while (batch > 1 && affordableChannels(batch, block.length()) < block.threads()) {
            batch /= 2;
        }
        long whole = affordableChannels(batch, block.length()) / block.threads() * block.threads();
        int channels = (int) Math.min(block.channels(), Math.max(block.threads(), whole));
        ConvolutionBenchmark.Shape measured =
                new ConvolutionBenchmark.Shape(batch, channels, block.length(), block.threads());
        double seconds =
                ConvolutionBenchmark.gatedForwardBackward(measured, REPEATS).best();
        return seconds * block.channels() / channels * block.batch() / batch;
    }

    private static long affordableChannels(int batch, int length) {
        double heap = (double) Runtime.getRuntime().maxMemory() / LARGEST_PART_OF_HEAP;
        return (long) (heap / ConvolutionRows.bytesPerChannel(batch, length));
    }

    /**
     * The speed of the matrix products of a feed-forward layer, forward and backward on a tile of steps, each by the
     * faster of our products and OpenBLAS; every thread has its own memory, which fits the caches.
     */
    private static final class ProductSpeed {
        private static final int TILE_LENGTH = 512;
        private static final double SHORTEST_SECONDS = 0.05;

        private final ComputePool pool;

        private ProductSpeed(int threads) {
            openblas.blas_set_num_threads(1); // every thread has products of its own
            pool = ComputePool.of(threads);
        }

        /** The rate of all threads together, floating-point operations per second. */
        static double measure(int width, int innerWidth, int threads) {
            var speed = new ProductSpeed(threads);
            List<List<Products>> kinds = List.of(
                    speed.each(() -> new OpenBlas(width, innerWidth)), speed.each(() -> new Ours(width, innerWidth)));
            List<Consumer<Products>> all =
                    List.of(Products::forward, Products::weightGradient, Products::inputGradient);
            double seconds = 0;
            for (Consumer<Products> product : all) {
                seconds += kinds.stream()
                        .mapToDouble(kind -> speed.seconds(kind, product))
                        .min()
                        .orElseThrow();
            }
            return 3 * 2.0 * width * innerWidth * TILE_LENGTH * threads / seconds;
        }

        private List<Products> each(Supplier<Products> products) {
            return Stream.generate(products).limit(pool.threads()).toList();
        }

        /** The best time of one product, which all threads compute at once, each its own. */
        private double seconds(List<Products> products, Consumer<Products> product) {
            int rounds = 1;
            while (run(products, product, rounds) < SHORTEST_SECONDS) {
                rounds *= 2;
            }
            int enough = rounds;
            return BenchmarkLoop.of(REPEATS, System::nanoTime, () -> run(products, product, enough))
                            .best()
                    / enough;
        }

        private double run(List<Products> products, Consumer<Products> product, int rounds) {
            long start = System.nanoTime();
            pool.divide(pool.threads(), (member, from, to) -> {
                for (int round = 0; round < rounds; round++) {
                    product.accept(products.get(member));
                }
            });
            return (System.nanoTime() - start) * 1e-9;
        }

        /** Those of one thread. */
        private interface Products {
            void forward();

            void weightGradient();

            void inputGradient();
        }

        /** The matrices as steps multiply them, time in rows. */
        private record Ours(Matrix input, Matrix inputs, Matrix inner, Matrix weight, Matrix weights)
                implements Products {
            Ours(int width, int innerWidth) {
                this(
                        filled(width, TILE_LENGTH),
                        filled(width, TILE_LENGTH),
                        filled(innerWidth, TILE_LENGTH),
                        filled(innerWidth, width),
                        filled(innerWidth, width));
            }

            @Override
            public void forward() {
                inner.set(weight, input);
            }

            @Override
            public void weightGradient() {
                weights.set(inner, input.t());
            }

            @Override
            public void inputGradient() {
                inputs.set(weight.t(), inner);
            }

            private static Matrix filled(int rows, int columns) {
                float[] values = new float[rows * columns];
                Arrays.fill(values, VALUE);
                return Matrix.of(FloatArray.copyOf(values), rows, columns);
            }
        }

        /** The same in column-major order, which ND4J multiplies without copies. */
        private record OpenBlas(INDArray input, INDArray inputs, INDArray inner, INDArray weight, INDArray weights)
                implements Products {
            OpenBlas(int width, int innerWidth) {
                this(
                        filled(TILE_LENGTH, width),
                        filled(TILE_LENGTH, width),
                        filled(TILE_LENGTH, innerWidth),
                        filled(width, innerWidth),
                        filled(width, innerWidth));
            }

            @Override
            public void forward() {
                Nd4j.gemm(input, weight, inner, false, false, 1, 0);
            }

            @Override
            public void weightGradient() {
                Nd4j.gemm(input, inner, weights, true, false, 1, 0);
            }

            @Override
            public void inputGradient() {
                Nd4j.gemm(inner, weight, inputs, false, true, 1, 0);
            }

            private static INDArray filled(int rows, int columns) {
                return Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'f')
                        .assign(VALUE);
            }
        }
    }
}
