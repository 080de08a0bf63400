package io.github.hyenaspark.train.averaging;

import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Takes the outer step on the driver: from the average of a round to the state that the next round starts from. With g
 * from {@link Averaging.AveragedState}, per element and in float:
 *
 * <pre>
 *   v ← μ v + g      θ ← θ - η (g + μ v)
 * </pre>
 *
 * which is Nesterov's rule as in DiLoCo (arXiv 2311.08105). η = 1 with μ = 0 takes the mean of the workers' parameters
 * itself, because θ - (θ - θ_k) is not θ_k in floating point, and a single worker must train as without averaging. If
 * workers receive updates, {@link ParameterUpdate} rounds θ.
 *
 * @param downCodec how parameters travel to the workers
 */
public record OuterOptimizer(TrainConfig.Outer config, Codec downCodec) {
    private static final int RANGE = 64 * Codec.BLOCK;

    /**
     * The result of a step.
     *
     * @param state θ, and the moments if workers share them
     * @param momentum v, P
     * @param update from the old θ to the new one; empty if parameters travel unencoded
     */
    public record Step(TrainingState state, float[] momentum, Optional<ParameterUpdate> update) {}

    /**
     * Takes the outer step of a round. The new state has the arrays of the average, whatever was in them.
     *
     * @param start θ, P; unchanged
     * @param momentum v, P; zeros at the start of a run; unchanged
     * @param averaged of all P parameters; its arrays become those of the new state
     * @param round r, from 0
     */
    public Step step(float[] start, float[] momentum, Averaging.AveragedState averaged, long round) {
        check("outer momentum", start.length, momentum.length);
        check("average", start.length, averaged.parameters().length);
        boolean plain = config.isPlainMean(round);
        if (plain && downCodec.isExact()) {
            return new Step(state(averaged.parameters(), averaged), momentum, Optional.empty());
        }
        float[] gradient = averaged.parameters();
        float[] theta = gradient; // each element in the place of its own
        float[] velocity = plain ? momentum : new float[start.length];
        Optional<ParameterUpdate> update = downCodec.isExact()
                ? Optional.empty()
                : Optional.of(new ParameterUpdate(downCodec, downCodec.frame(start.length)));
        float eta = (float) config.lrIn(round);
        float mu = (float) config.momentum();
        IntStream.range(0, (start.length + RANGE - 1) / RANGE).parallel().forEach(range -> {
            int from = range * RANGE;
            int to = Math.min(from + RANGE, start.length);
            if (!plain) {
                accelerate(velocity, mu, momentum, gradient, from, to);
                descend(theta, start, eta, gradient, mu, velocity, from, to);
            }
            update.ifPresent(made -> made.round(start, theta, from, to));
        });
        return new Step(state(theta, averaged), velocity, update);
    }

    private static void accelerate(float[] velocity, float mu, float[] momentum, float[] gradient, int from, int to) {
        for (int i = from; i < to; i++) {
            velocity[i] = mu * momentum[i] + gradient[i];
        }
    }

    private static void descend(
            float[] theta, float[] start, float eta, float[] gradient, float mu, float[] velocity, int from, int to) {
        for (int i = from; i < to; i++) {
            theta[i] = start[i] - eta * (gradient[i] + mu * velocity[i]);
        }
    }

    private static TrainingState state(float[] theta, Averaging.AveragedState averaged) {
        return new TrainingState(theta, averaged.firstMoment(), averaged.secondMoment());
    }

    private static void check(String name, int expected, int found) {
        if (found != expected) {
            throw new IllegalArgumentException(
                    "the " + name + " must have as many elements as the parameters, " + expected + ", found " + found);
        }
    }

    /**
     * The encoded change of θ in a round, for receivers that have the θ before it. {@link OuterOptimizer} makes it and
     * continues from the rounded parameters itself, so that all have the same floats:
     *
     * <pre>
     *   θ_after = θ_before + decoded(encoded(θ' - θ_before)), where θ' is the outer step's
     * </pre>
     *
     * The record owns the frame. Not compared by {@code equals}.
     *
     * @param frame the change, P values
     */
    public record ParameterUpdate(Codec codec, byte[] frame) implements Serializable {
        /**
         * Writes a range of the frame and rounds the parameters accordingly.
         *
         * @param before θ_before, P
         * @param theta θ', P; θ_after in that range afterwards
         * @param from inclusive, a multiple of {@link Codec#BLOCK}
         * @param to exclusive
         */
        void round(float[] before, float[] theta, int from, int to) {
            var block = new float[Codec.BLOCK];
            for (int at = from; at < to; at += Codec.BLOCK) {
                int count = Math.min(Codec.BLOCK, to - at);
                EncodedUpdate.putDifference(theta, before, at, block, count);
                codec.encode(block, count, frame, at);
                codec.decode(frame, at, count, block);
                putSum(before, block, at, theta, count);
            }
        }

        /**
         * Applies the update, single-threaded.
         *
         * @param before θ_before, P; unchanged
         * @return θ_after, P, a new array
         */
        public float[] appliedTo(float[] before) {
            var theta = new float[before.length];
            var block = new float[Codec.BLOCK];
            for (int at = 0; at < before.length; at += Codec.BLOCK) {
                int count = Math.min(Codec.BLOCK, before.length - at);
                codec.decode(frame, at, count, block);
                putSum(before, block, at, theta, count);
            }
            return theta;
        }

        private static void putSum(float[] before, float[] change, int begin, float[] after, int count) {
            for (int i = 0; i < count; i++) {
                after[begin + i] = before[begin + i] + change[i];
            }
        }
    }
}
