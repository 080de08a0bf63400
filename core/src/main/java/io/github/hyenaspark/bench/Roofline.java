package io.github.hyenaspark.bench;

import io.github.hyenaspark.operator.nn.MixerCost;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The least time a step can take on this machine with these matrix products and these long convolutions, everything
 * else being free. Both rates are the best of a few repeats.
 *
 * @param productFlop floating-point operations of the matrix products of a step
 * @param productFlopPerSecond what the machine multiplies at with the step's threads
 * @param convolutionSeconds the long convolutions of a step, forward and backward with their gates
 */
public record Roofline(long productFlop, double productFlopPerSecond, double convolutionSeconds) {
    private static final int REPEATS = 7;
    private static final int LARGEST_PART_OF_HEAP = 4;

    /** Measures both, after a warm-up of the convolution. Leaves the JVM with one BLAS thread. */
    static Roofline measure(StepShape shape) {
        int width = shape.model().dModel();
        int innerWidth = shape.model().innerWidth();
        double rate = ProductSpeed.measure(width, innerWidth, shape.threads());
        return new Roofline(shape.productFlop(), rate, convolutionSeconds(shape));
    }

    /** Products and convolutions, one after the other. */
    public double seconds() {
        return productFlop / productFlopPerSecond + convolutionSeconds;
    }

    private static double convolutionSeconds(StepShape shape) {
        Map<MixerCost, Long> blocks = shape.model().blocks().stream()
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
     * Measures so many channels, and if need be so few sequences, as fit well into the heap, the same number for every
     * thread, and scales up: every row is the same.
     */
    private static double convolutionSeconds(ConvolutionShape block) {
        int batch = block.batch();
        while (batch > 1 && affordableChannels(batch, block.length()) < block.threads()) {
            batch /= 2;
        }
        long whole = affordableChannels(batch, block.length()) / block.threads() * block.threads();
        int channels = (int) Math.min(block.channels(), Math.max(block.threads(), whole));
        ConvolutionShape measured = new ConvolutionShape(batch, channels, block.length(), block.threads());
        double seconds =
                ConvolutionBenchmark.gatedForwardBackward(measured, REPEATS).best();
        return seconds * block.channels() / channels * block.batch() / batch;
    }

    private static long affordableChannels(int batch, int length) {
        double heap = (double) Runtime.getRuntime().maxMemory() / LARGEST_PART_OF_HEAP;
        return (long) (heap / ConvolutionRows.bytesPerChannel(batch, length));
    }
}
