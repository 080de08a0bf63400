package io.github.hyenaspark.bench;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.train.config.SettingCheck;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Measures the long convolution alone, as a training step uses it: all channels forward, then all channels backward,
 * each with the transform of its filter, divided over the threads. With one thread, time is CPU time of the thread;
 * with more, wall-clock time.
 */
public final class ConvolutionBenchmark {
    private static final long SEED = 1;
    private static final float[] NOT_KEPT = {};

    private final Shape shape;
    private final ConvolutionRows rows;
    private final ComputePool pool;
    private final LongConvolution[] plans; // one per member of the pool
    private final float[][] spectra; // one per member
    private final float[][] spectrumGradients; // one per member

    private ConvolutionBenchmark(Shape shape) {
        this.shape = shape;
        rows = new ConvolutionRows(shape, SEED);
        pool = ComputePool.of(shape.threads());
        plans = new LongConvolution[shape.threads()];
        plans[0] = LongConvolution.ofLength(shape.length());
        for (int member = 1; member < plans.length; member++) {
            plans[member] = plans[0].forAnotherThread();
        }
        spectra = new float[shape.threads()][plans[0].spectrumSize()];
        spectrumGradients = new float[shape.threads()][plans[0].spectrumSize()];
    }

    /**
     * Warms up and measures everything.
     *
     * @param repeats of each measurement, 0 for the default of {@link BenchmarkLoop#of}
     * @throws IllegalArgumentException if the heap is too small
     */
    public static Measurement run(Shape shape, int repeats) {
        var benchmark = new ConvolutionBenchmark(shape);
        LongConvolution.warmUp(shape.length());
        LongSupplier clock = BenchmarkLoop.clockOf(shape.threads());
        ConvolutionRows.Deviation error = new ConvolutionRows.Deviation(benchmark.rows, shape);
        BenchmarkLoop forward = BenchmarkLoop.of(repeats, clock, benchmark::forward);
        BenchmarkLoop forwardBackward = BenchmarkLoop.of(repeats, clock, benchmark::forwardBackward);
        double ungatedError = error.largest(false);
        BenchmarkLoop gatedForward = BenchmarkLoop.of(repeats, clock, benchmark::gatedForward);
        BenchmarkLoop gatedForwardBackward = BenchmarkLoop.of(repeats, clock, benchmark::gatedForwardBackward);
        return new Measurement(
                forward,
                forwardBackward,
                gatedForward,
                gatedForwardBackward,
                Math.max(ungatedError, error.largest(true)));
    }

    /** The gated convolution with its gradients alone, without a warm-up. */
    static BenchmarkLoop gatedForwardBackward(Shape shape, int repeats) {
        var benchmark = new ConvolutionBenchmark(shape);
        return BenchmarkLoop.of(repeats, BenchmarkLoop.clockOf(shape.threads()), benchmark::gatedForwardBackward);
    }

    /** The work of one row, given the spectrum of its filter; backward it adds to the gradient of the spectrum. */
    @FunctionalInterface
    private interface RowWork {
        void run(LongConvolution plan, float[] spectrum, float[] gradient, int b, int d);
    }

    private void eachRow(boolean backward, RowWork work) {
        pool.divide(shape.channels(), (member, from, to) -> {
            for (int d = from; d < to; d++) {
                plans[member].spectrum(rows.filter[d], spectra[member]);
                float[] sum = spectrumGradients[member];
                if (backward) {
                    Arrays.fill(sum, 0f);
                }
                for (int b = 0; b < shape.batch(); b++) {
                    work.run(plans[member], spectra[member], sum, b, d);
                }
                if (backward) {
                    plans[member].filterGradient(sum, rows.filterGradient[d]);
                }
            }
        });
    }

    private void forward() {
        eachRow(false, (plan, spectrum, sum, b, d) -> plan.forward(rows.value[b][d], spectrum, rows.output[b][d]));
    }

    private void forwardBackward() {
        forward();
        eachRow(
                true,
                (plan, spectrum, sum, b, d) -> plan.backward(
                        rows.outputGradient[b][d], rows.value[b][d], spectrum, rows.valueGradient[b][d], sum));
    }

    private void gatedForward() {
        eachRow(false, (plan, spectrum, sum, b, d) -> {
            var row = new LongConvolution.GatedRow(
                    rows.value[b][d], rows.inputGate[b][d], NOT_KEPT, rows.outputGate[b][d]);
            plan.gatedForward(row, spectrum, rows.output[b][d]);
        });
    }

    private void gatedForwardBackward() {
        eachRow(false, (plan, spectrum, sum, b, d) -> plan.gatedForward(rows.gated(b, d), spectrum, rows.output[b][d]));
        eachRow(
                true,
                (plan, spectrum, sum, b, d) ->
                        plan.gatedBackward(rows.gated(b, d), rows.gatedGradient(b, d), spectrum, sum));
    }

    /**
     * Times with and without gates; all include the transforms of the filters.
     *
     * @param maxRelativeError the largest difference from the definition in double, relative to the largest element
     */
    public record Measurement(
            BenchmarkLoop forward,
            BenchmarkLoop forwardBackward,
            BenchmarkLoop gatedForward,
            BenchmarkLoop gatedForwardBackward,
            double maxRelativeError) {}

    /**
     * The size of the convolutions.
     *
     * @param batch B, rows of each channel
     * @param channels D, each with its own filter
     * @param length L, elements of a row and of a filter
     */
    public record Shape(int batch, int channels, int length, int threads) {
        public Shape {
            SettingCheck.atLeast("batch", batch, 1);
            SettingCheck.atLeast("channels", channels, 1);
            SettingCheck.atLeast("length", length, 1);
            SettingCheck.atLeast("threads", threads, 1);
        }
    }
}
