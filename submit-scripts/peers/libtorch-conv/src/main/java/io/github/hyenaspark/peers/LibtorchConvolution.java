package io.github.hyenaspark.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The long convolution and its gradients by libtorch: real transforms of twice the length, autograd for the backward
 * pass, one call for all channels and rows. Measures what {@code hyena bench conv} measures and prints the same fields.
 */
public final class LibtorchConvolution {
    private static final int VALUE = 0;
    private static final int FILTER = 1;
    private static final int INPUT_GATE = 2;
    private static final int OUTPUT_GATE = 3;

    private static final int WARM_UP_RUNS = 3;
    private static final double WARM_UP_SECONDS = 1;
    private static final double ENOUGH_SECONDS = 5;
    private static final int FEWEST = 5;
    private static final int MOST = 15;

    private final NDManager manager;
    private final long length;
    private final NDList inputs; // value, filter, input gate, output gate
    private final NDArray outputGradient; // B×D×L
    private final boolean cpu; // whether the time that counts is the one thread's, not the clock's

    private LibtorchConvolution(NDManager manager, Shape rows, boolean cpu) {
        this.manager = manager;
        this.cpu = cpu;
        length = rows.get(2);
        NDArray filter = manager.randomUniform(-1, 1, new Shape(rows.get(1), length));
        inputs = new NDList(
                manager.randomUniform(-1, 1, rows),
                filter.div(Math.sqrt(length)),
                manager.randomUniform(-1, 1, rows),
                manager.randomUniform(-1, 1, rows));
        outputGradient = manager.randomUniform(-1, 1, rows);
    }

    /** Arguments: batch, channels, length, threads. */
    public static void main(String[] arguments) {
        if (arguments.length != 4) {
            System.err.println("usage: LibtorchConvolution BATCH CHANNELS LENGTH THREADS");
            System.exit(2);
        }
        long[] sizes = Arrays.stream(arguments).mapToLong(Long::parseLong).toArray();
        System.setProperty("ai.djl.pytorch.num_threads", arguments[3]);
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        try (NDManager manager = NDManager.newBaseManager()) {
            var convolution = new LibtorchConvolution(manager, new Shape(sizes[0], sizes[1], sizes[2]), sizes[3] == 1);
            convolution.print(sizes);
        }
    }

    private void print(long[] sizes) {
        double[] forward = measure(this::forward);
        double[] forwardBackward = measure(leaves -> forwardBackward(leaves, this::plain, outputGradient));
        double[] gatedForward = measure(leaves -> gated(leaves).close());
        double[] gatedForwardBackward = measure(leaves -> forwardBackward(leaves, this::gated, outputGradient));
        System.out.printf(
                Locale.ROOT,
                "{\"batch\":%d,\"channels\":%d,\"length\":%d,\"kernel\":\"libtorch %s\",\"threads\":%d,\"time\":\"%s\","
                        + "\"repeats\":%d,\"forward_ms\":%.5g,\"forward_backward_ms\":%.5g,\"gated_forward_ms\":%.5g,"
                        + "\"gated_forward_backward_ms\":%.5g,\"max_relative_error\":%.5g}%n",
                sizes[0],
                sizes[1],
                sizes[2],
                Engine.getInstance().getVersion(),
                sizes[3],
                cpu ? "cpu" : "wall",
                forward.length,
                median(forward),
                median(forwardBackward),
                median(gatedForward),
                median(gatedForwardBackward),
                maxRelativeError());
    }

    /** y = h ∗ v. */
    private NDArray plain(NDList leaves) {
        return convolve(leaves.get(VALUE), leaves.get(FILTER));
    }

    /** y = x⁰ ⊙ (h ∗ (v ⊙ x¹)). */
    private NDArray gated(NDList leaves) {
        try (NDArray input = leaves.get(VALUE).mul(leaves.get(INPUT_GATE));
                NDArray convolved = convolve(input, leaves.get(FILTER))) {
            return convolved.mul(leaves.get(OUTPUT_GATE));
        }
    }

    /** What autograd needs stays; all else is freed as soon as it was used. */
    private NDArray convolve(NDArray input, NDArray filter) {
        long padded = 2 * length;
        try (NDArray inputSpectrum = ((PtNDArray) input).rfft(padded, -1);
                NDArray filterSpectrum = ((PtNDArray) filter).rfft(padded, -1);
                NDArray spectrum = inputSpectrum.mul(filterSpectrum);
                NDArray output = ((PtNDArray) spectrum).irfft(padded, -1)) {
            return output.get(new NDIndex("...,:" + length));
        }
    }

    private void forward(NDList leaves) {
        plain(leaves).close();
    }

    /** What is computed from the leaves, in the graph that autograd walks back. */
    private interface Expression {
        NDArray of(NDList leaves);
    }

    private static NDArray forwardBackward(NDList leaves, Expression expression, NDArray outputGradient) {
        try (GradientCollector ignored = Engine.getInstance().newGradientCollector()) {
            leaves.forEach(leaf -> leaf.setRequiresGradient(true));
            NDArray output = expression.of(leaves);
            JniUtils.backward((PtNDArray) output, (PtNDArray) outputGradient, false, false);
            return output;
        }
    }

    /**
     * Milliseconds of each repeat. Every repeat has leaves of its own, which share the inputs' memory, so that
     * gradients are written and not added to older ones; all that it makes is freed at its end.
     */
    private double[] measure(Consumer<NDList> work) {
        double warmUp = 0;
        for (int run = 0; run < WARM_UP_RUNS || warmUp < WARM_UP_SECONDS * 1e3; run++) {
            warmUp += millis(work);
        }
        double[] millis = new double[MOST];
        double total = 0;
        int done = 0;
        while (done < FEWEST || (done < MOST && total < ENOUGH_SECONDS * 1e3)) {
            millis[done] = millis(work);
            total += millis[done];
            done++;
        }
        return Arrays.copyOf(millis, done);
    }

    private double millis(Consumer<NDList> work) {
        try (NDManager scratch = manager.newSubManager()) {
            NDList leaves = leaves(inputs, scratch);
            long start = nanos();
            work.accept(leaves);
            return (nanos() - start) * 1e-6;
        }
    }

    private long nanos() {
        return cpu ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
    }

    private static NDList leaves(NDList arrays, NDManager scratch) {
        NDList leaves = new NDList();
        for (NDArray array : arrays) {
            NDArray leaf = array.stopGradient();
            leaf.attach(scratch);
            leaves.add(leaf);
        }
        return leaves;
    }

    /** Of the gated convolution of the first channel and its gradients, against the same in double. */
    private double maxRelativeError() {
        try (NDManager scratch = manager.newSubManager()) {
            NDList single = new NDList();
            NDList wide = new NDList();
            for (NDArray array : inputs) {
                NDArray channel = firstChannel(array);
                channel.attach(scratch);
                single.add(channel.duplicate());
                wide.add(channel.toType(DataType.FLOAT64, true));
            }
            NDArray gradient = firstChannel(outputGradient);
            gradient.attach(scratch);
            NDArray found = forwardBackward(single, this::gated, gradient);
            NDArray expected = forwardBackward(wide, this::gated, gradient.toType(DataType.FLOAT64, true));
            double worst = relativeError(found, expected);
            for (int i = 0; i < single.size(); i++) {
                worst = Math.max(
                        worst,
                        relativeError(single.get(i).getGradient(), wide.get(i).getGradient()));
            }
            return worst;
        }
    }

    /** Channels are the axis before the last. */
    private static NDArray firstChannel(NDArray array) {
        return array.get(new NDIndex("...,:1,:"));
    }

    private static double relativeError(NDArray found, NDArray expected) {
        NDArray difference = found.toType(DataType.FLOAT64, true).sub(expected).abs();
        return difference.max().getDouble() / expected.abs().max().getDouble();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int upper = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[upper] : (sorted[upper - 1] + sorted[upper]) / 2;
    }
}
