package io.github.hyenaspark.bench;

import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
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
     * The speed of the matrix products of a feed-forward layer, forward and backward on a tile of steps; every thread
     * has its own products and memory, which fit the caches.
     */
    private static final class ProductSpeed {
        private static final int TILE_LENGTH = 512;
        private static final int REPEATS = 20;
        private static final double SHORTEST_SECONDS = 0.05;

        private final ComputePool pool;
        private final Products[] products; // one per thread

        private ProductSpeed(int width, int innerWidth, int threads) {
            openblas.blas_set_num_threads(1); // every thread has products of its own
            pool = ComputePool.of(threads);
            products = new Products[threads];
            for (int member = 0; member < threads; member++) {
                products[member] = new Products(width, innerWidth);
            }
        }

        /** The best rate of all threads together, floating-point operations per second. */
        static double measure(int width, int innerWidth, int threads) {
            var speed = new ProductSpeed(width, innerWidth, threads);
            int rounds = 1;
            while (speed.run(rounds) < SHORTEST_SECONDS) {
                rounds *= 2;
            }
            int enough = rounds;
            double seconds = BenchmarkLoop.of(REPEATS, System::nanoTime, () -> speed.run(enough))
                    .best();
            double flop = 3 * 2.0 * width * innerWidth * TILE_LENGTH;
            return flop * enough * threads / seconds;
        }

        private double run(int rounds) {
            long start = System.nanoTime();
            pool.divide(pool.threads(), (member, from, to) -> {
                for (int round = 0; round < rounds; round++) {
                    products[member].run();
                }
            });
            return (System.nanoTime() - start) * 1e-9;
        }

        /** The matrices of one thread, in column-major order, which ND4J multiplies without copies. */
        private static final class Products {
            private final INDArray input; // T×D
            private final INDArray inputGradient; // T×D
            private final INDArray inner; // T×I
            private final INDArray weight; // D×I
            private final INDArray weightGradient; // D×I

            Products(int width, int innerWidth) {
                input = filled(TILE_LENGTH, width);
                inputGradient = filled(TILE_LENGTH, width);
                inner = filled(TILE_LENGTH, innerWidth);
                weight = filled(width, innerWidth);
                weightGradient = filled(width, innerWidth);
            }

            void run() {
                Nd4j.gemm(input, weight, inner, false, false, 1, 0);
                Nd4j.gemm(input, inner, weightGradient, true, false, 1, 1);
                Nd4j.gemm(inner, weight, inputGradient, false, true, 1, 0);
            }

            private static INDArray filled(int rows, int columns) {
                return Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'f')
                        .assign(0.01);
            }
        }
    }
}
