package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * The N gates and the value of the operator: a dense projection to (N+1)·D channels, then the short filter on each. The
 * dense product is kept without its bias until its gradient takes its place; the short filter is cheap and runs again
 * wherever a row is needed. Threads may read and write different channels.
 */
final class Projections {
    private static final Workspace.Slot<float[]> GRADIENT = Workspace.Slot.row();
    private static final Workspace.Slot<float[][]> DELAYED = Workspace.Slot.rows();

    private final HyenaFamily config;
    private final Dense projection;
    private FloatArray dense = FloatArray.allocate(0); // B×(N+1)D×L, without bias; in the backward pass its gradient
    private ForwardContext<FloatArray> pass = ForwardContext.NONE;
    /** What came before this pass, channels × (K−1), the latest last; empty if nothing did. */
    private float[][] tails = {};

    private ShortConvolution shortConvolution = new ShortConvolution(new float[0], new float[1], new float[1]);

    Projections(HyenaFamily config) {
        this.config = config;
        projection = Dense.inWithoutBias(config.width(), config.projections());
    }

    /** Projects a batch, B×D×L. */
    void forward(FloatArray input, ForwardContext<FloatArray> newPass) {
        start(newPass);
        dense = dense.roomFor((long) config.projections() * pass.length() * pass.batchSize());
        projection.forward(input, dense, pass);
    }

    /** Takes the parameters of a pass; also to be called before a backward pass. */
    void start(ForwardContext<FloatArray> newPass) {
        pass = newPass;
        shortConvolution = new ShortConvolution(
                pass.parameter("short.weight").toArray(),
                pass.parameter("short.bias").toArray(),
                pass.parameter("in.bias").toArray());
    }

    /** Channel {@code j} of part {@code part} (0 to N−1 gates, N the value) of a head, which owns a run of channels. */
    int channel(int head, int part, int j) {
        return (head * (config.order() + 1) + part) * config.headWidth() + j;
    }

    /** Writes one projection of sequence {@code b}, L elements. */
    void read(int b, int channel, float[] row, Workspace workspace) {
        if (tails.length == 0) {
            shortConvolution.forward(channel, delayed(b, channel, workspace), row, pass.length());
        } else {
            dense.read(start(b, channel), row, 1);
            row[0] = shortConvolution.step(channel, tails[channel], row[0]);
        }
    }

    /** From now on each pass is the next single step of the sequence; there is no backward pass. */
    void continueSequence() {
        if (tails.length == 0) {
            float[] bias = pass.parameter("in.bias").toArray();
            tails = new float[config.projections()][config.shortLength() - 1];
            for (int channel = 0; channel < tails.length; channel++) {
                Arrays.fill(tails[channel], -bias[channel]);
            }
        }
        int kept = Math.max(0, config.shortLength() - 1 - pass.length());
        int taken = config.shortLength() - 1 - kept;
        for (int channel = 0; channel < tails.length; channel++) {
            System.arraycopy(tails[channel], taken, tails[channel], 0, kept);
            dense.read(start(0, channel) + pass.length() - taken, tails[channel], kept, taken);
        }
    }

    /** Takes the gradient of one projection of sequence {@code b}, which cannot be read after that. */
    void writeGradient(int b, int channel, float[] gradient, Workspace workspace) {
        float[] denseGradient = workspace.row(GRADIENT, pass.length());
        float[][] delayed = delayed(b, channel, workspace);
        shortConvolution.backward(channel, delayed, gradient, denseGradient, pass.length(), workspace);
        dense.write(start(b, channel), denseGradient, pass.length());
    }

    /** Once every gradient was written: the gradient of the input, B×D×L, which may take the place of the input. */
    void backward(FloatArray input, FloatArray inputGradient) {
        projection.backward(input, dense, inputGradient, pass);
        pass.gradient("in.bias").add(shortConvolution.inputBiasGradient());
        pass.gradient("short.weight").add(shortConvolution.weightGradient());
        pass.gradient("short.bias").add(shortConvolution.biasGradient());
    }

    private float[][] delayed(int b, int channel, Workspace workspace) {
        int length = pass.length();
        float[][] rows = workspace.rows(DELAYED, shortConvolution.taps(), length);
        for (int delay = 0; delay < shortConvolution.taps(); delay++) {
            int zeros = Math.min(delay, length);
            Arrays.fill(rows[delay], 0, zeros, 0f);
            dense.read(start(b, channel), rows[delay], zeros, length - zeros);
        }
        return rows;
    }

    private long start(int b, int channel) {
        return ((long) b * config.projections() + channel) * pass.length();
    }
}
