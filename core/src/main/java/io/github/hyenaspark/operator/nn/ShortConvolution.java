package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.operator.tensor.Sums;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * The short causal depthwise filter with bias of every projection: P[t] = b + Σ_j s[j] X[t−(K−1)+j], X = 0 before the
 * start, so the last tap is the present. X = U + c with the bias c of the projection before it; rows hold U alone,
 * because c adds the same at every step but the first K−1. Sums the gradients of s, b and c until they are taken.
 * Threads may work on different channels.
 */
public final class ShortConvolution {
    private static final Workspace.Slot<float[]> ADVANCED = Workspace.Slot.row();

    /** The most taps with which this is faster than a transform. */
    private static final int MOST_FAST = 10;

    private final int taps;
    private final float[] weight;
    private final float[] bias;
    private final float[] inputBias;
    private final double[] weightGradient;
    private final double[] biasGradient;
    private final double[] inputBiasGradient;

    /** For weights s, channels × K, row-major, and one b and one c per channel. */
    public ShortConvolution(float[] weight, float[] bias, float[] inputBias) {
        this.weight = weight;
        this.bias = bias;
        this.inputBias = inputBias;
        taps = weight.length / bias.length;
        weightGradient = new double[weight.length];
        biasGradient = new double[bias.length];
        inputBiasGradient = new double[bias.length];
    }

    /**
     * Whether rows are faster summed here than by {@link io.github.hyenaspark.convolution.LongConvolution}. Both round
     * differently, so this is a rule that was measured once: with the vector kernel of eight lanes the two meet at 10
     * to 17 taps, from 512 to 65536 steps. Below, where either takes 4 microseconds at most, the transform would win
     * with fewer taps.
     */
    public static boolean isFaster(int taps) {
        return taps <= MOST_FAST;
    }

    public int taps() {
        return taps;
    }

    /** Fills {@code delayed} with a row of {@code length} steps delayed by 0 to K−1 of them, zeros first. */
    public void delay(float[] row, float[][] delayed, int length) {
        PartClock.Part around = PartClock.enter(PartClock.Part.SHORT_FILTER);
        for (int delay = 0; delay < taps; delay++) {
            int zeros = Math.min(delay, length);
            Arrays.fill(delayed[delay], 0, zeros, 0f);
            System.arraycopy(row, 0, delayed[delay], zeros, length - zeros);
        }
        PartClock.leave(around);
    }

    /** Filters {@code length} steps of a channel; {@code delayed} is U delayed by 0 to K−1 steps, zeros first. */
    public void forward(int channel, float[][] delayed, float[] output, int length) {
        PartClock.Part around = PartClock.enter(PartClock.Part.SHORT_FILTER);
        VectorOps.set(constant(channel), tap(channel, 0), delayed[0], output, length);
        for (int delay = 1; delay < taps; delay++) {
            VectorOps.add(tap(channel, delay), delayed[delay], output, length);
        }
        for (int t = 0; t < Math.min(taps - 1, length); t++) {
            for (int delay = t + 1; delay < taps; delay++) {
                output[t] -= tap(channel, delay) * inputBias[channel];
            }
        }
        PartClock.leave(around);
    }

    /** Filters the next step, of U {@code present}; {@code before} is U of the K−1 before, with −c before the start. */
    public float step(int channel, float[] before, float present) {
        float output = constant(channel) + tap(channel, 0) * present;
        for (int delay = 1; delay < taps; delay++) {
            output += tap(channel, delay) * before[taps - 1 - delay];
        }
        return output;
    }

    /** b + c Σ s. */
    private float constant(int channel) {
        double sum = 0;
        for (int delay = 0; delay < taps; delay++) {
            sum += tap(channel, delay);
        }
        return (float) (bias[channel] + sum * inputBias[channel]);
    }

    /** Overwrites {@code inputGradient}, adds to the filter's own gradients; {@code delayed} as before. */
    public void backward(
            int channel,
            float[][] delayed,
            float[] outputGradient,
            float[] inputGradient,
            int length,
            Workspace workspace) {
        PartClock.Part around = PartClock.enter(PartClock.Part.SHORT_FILTER);
        Sums sums = workspace.sums;
        float[] advanced = workspace.row(ADVANCED, length);
        double total = sums.of(outputGradient, length);
        biasGradient[channel] += total;
        VectorOps.set(0f, tap(channel, 0), outputGradient, inputGradient, length);
        for (int delay = 0; delay < Math.min(taps, length); delay++) {
            double seen = total;
            for (int t = 0; t < delay; t++) {
                seen -= outputGradient[t];
            }
            int index = channel * taps + taps - 1 - delay;
            weightGradient[index] +=
                    sums.ofProducts(outputGradient, delayed[delay], length) + inputBias[channel] * seen;
            inputBiasGradient[channel] += weight[index] * seen;
            if (delay > 0) {
                System.arraycopy(outputGradient, delay, advanced, 0, length - delay);
                Arrays.fill(advanced, length - delay, length, 0f);
                VectorOps.add(weight[index], advanced, inputGradient, length);
            }
        }
        PartClock.leave(around);
    }

    private float tap(int channel, int delay) {
        return weight[channel * taps + taps - 1 - delay];
    }

    public double[] weightGradient() {
        return weightGradient;
    }

    public double[] biasGradient() {
        return biasGradient;
    }

    public double[] inputBiasGradient() {
        return inputBiasGradient;
    }
}
