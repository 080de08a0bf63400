package io.github.hyenaspark.train;

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
        int innerWidth = shape.model().block().innerWidth();
        double rate = ProductSpeed.measure(width, innerWidth, shape.threads());
        return new Roofline(shape.productFlop(), rate, convolutionSeconds(shape));
    }

    /** Products and convolutions, one after the other. */
    public double seconds() {
        return productFlop / productFlopPerSecond + convolutionSeconds;
    }

    /** Measures so many channels of one block as fit well into the heap, and scales up: every channel is the same. */
    private static double convolutionSeconds(StepShape shape) {
        ConvolutionShape block = shape.convolutions();
        double affordable = (double) Runtime.getRuntime().maxMemory()
                / LARGEST_PART_OF_HEAP
                / ConvolutionRows.bytesPerChannel(block.batch(), block.length());
        int channels = (int) Math.min(block.channels(), Math.max(block.threads(), affordable));
        ConvolutionShape measured = new ConvolutionShape(block.batch(), channels, block.length(), block.threads());
        double blocks = (double) shape.model().nLayer() * (shape.model().order() - 1);
        double seconds =
                ConvolutionBenchmark.gatedForwardBackward(measured, REPEATS).best();
        return blocks * seconds * block.channels() / channels;
    }
}
