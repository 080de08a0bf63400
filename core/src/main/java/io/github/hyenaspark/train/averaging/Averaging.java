package io.github.hyenaspark.train.averaging;

import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.codec.Codec.EncodedVector;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Averages the results of the workers of a round, each weighted by its tokens. Every sum runs in worker order and in
 * double, rounded once, and elements do not depend on each other: the result is the same to the bit whether one place
 * averages everything or many average a range each, and in whatever order results arrive.
 *
 * @param config how the workers were trained
 * @param round r, from 0
 * @param weights w_k = tokens of worker k / tokens of all, for the workers whose results count, in worker order
 * @param steps h_k, local steps of these workers
 */
public record Averaging(TrainConfig config, long round, List<Double> weights, List<Integer> steps) {
    private static final int RANGE = 256 * Codec.BLOCK;

    public Averaging {
        weights = List.copyOf(weights);
        steps = List.copyOf(steps);
    }

    /**
     * The averaging of a round.
     *
     * @param reports of the workers whose results count, in worker order
     * @throws IllegalArgumentException if there are none, they are out of order, or no token was trained on
     */
    public static Averaging of(TrainConfig config, long round, List<LocalTrainer.WorkerReport> reports) {
        if (reports.isEmpty()) {
            throw new IllegalArgumentException("a round needs the result of at least one worker, found none");
        }
        long total = 0;
        int before = -1;
        for (LocalTrainer.WorkerReport report : reports) {
            if (report.worker() <= before) {
                throw new IllegalArgumentException("results must be in worker order, each worker once: found worker "
                        + report.worker() + " after worker " + before);
            }
            before = report.worker();
            total = Math.addExact(total, report.tokens());
        }
        if (total == 0) {
            throw new IllegalArgumentException("no worker trained on any token, found 0 in " + reports.size()
                    + " results; the dataset may be shorter than one batch");
        }
        double tokens = total;
        return new Averaging(
                config,
                round,
                reports.stream().map(r -> r.tokens() / tokens).toList(),
                reports.stream().map(LocalTrainer.WorkerReport::steps).toList());
    }

    /**
     * Averages everything in this process, ranges in parallel.
     *
     * @param start the common start of the workers
     * @param frames of the workers whose results count, in worker order
     */
    public AveragedState average(TrainingState start, List<EncodedUpdate> frames) {
        check(frames);
        int parameters = start.parameterCount();
        AveragedState all = zeros(0, parameters, frames);
        IntStream.range(0, (parameters + RANGE - 1) / RANGE).parallel().forEach(range -> {
            int from = range * RANGE;
            fill(all, start, frames, from, Math.min(from + RANGE, parameters));
        });
        return all;
    }

    /**
     * Averages one range.
     *
     * @param start the range of the common start; moments are needed only if {@link #correctsSecondMoments}
     * @param frames of the range, as for {@link #average}
     * @param from its first parameter, a multiple of {@link Codec#BLOCK}
     */
    public AveragedState range(TrainingState start, List<EncodedUpdate> frames, int from) {
        check(frames);
        AveragedState part = zeros(from, start.parameterCount(), frames);
        fill(part, start, frames, from, from + start.parameterCount());
        return part;
    }

    /** Whether the mean of the second moments is corrected, which takes the moments of the common start. */
    public boolean correctsSecondMoments() {
        return config.innerState() == TrainConfig.MomentPolicy.AVERAGE
                && config.secondMoment() == TrainConfig.SecondMoment.MEAN_GRADIENT
                && weights.size() > 1;
    }

    /**
     * The norm of the mean step, |Σ w_k (θ_k − θ)|.
     *
     * @param start θ, P
     * @param averaged of all parameters
     */
    public double meanDeltaNorm(float[] start, AveragedState averaged) {
        boolean plain = config.outer().isPlainMean(round);
        double squares = 0;
        for (int i = 0; i < start.length; i++) {
            double found = averaged.parameters()[i];
            double step = plain ? found - start[i] : found;
            squares += step * step;
        }
        return Math.sqrt(squares);
    }

    private AveragedState zeros(int from, int count, List<EncodedUpdate> frames) {
        boolean averages = config.innerState() == TrainConfig.MomentPolicy.AVERAGE;
        int moments = averages ? count : 0;
        int second = averages ? frames.get(0).secondMoment().count() : 0;
        return new AveragedState(from, new float[count], new float[moments], new float[second]);
    }

    private void check(List<EncodedUpdate> frames) {
        if (frames.size() != weights.size()) {
            throw new IllegalArgumentException(
                    "there are " + weights.size() + " weights, found " + frames.size() + " results to average");
        }
    }

    /** Averages a range; {@code into} and {@code start} begin at the same parameter. */
    private void fill(AveragedState into, TrainingState start, List<EncodedUpdate> frames, int from, int to) {
        fillParameters(into, start, frames, from, to);
        if (config.innerState() == TrainConfig.MomentPolicy.AVERAGE) {
            fillMoments(into, start, frames, from, to);
        }
    }

    private void fillParameters(AveragedState into, TrainingState start, List<EncodedUpdate> frames, int from, int to) {
        var parameters = new Mean(frames, EncodedUpdate::parameters);
        boolean plain = config.outer().isPlainMean(round);
        for (int at = from; at < to; at += Codec.BLOCK) {
            int count = Math.min(Codec.BLOCK, to - at);
            int place = at - into.from();
            double[] found = parameters.of(at, count);
            for (int i = 0; i < count; i++) {
                into.parameters()[place + i] = (float) parameter(plain, start.theta()[place + i], found[i]);
            }
        }
    }

    private void fillMoments(AveragedState into, TrainingState start, List<EncodedUpdate> frames, int from, int to) {
        var first = new Mean(frames, EncodedUpdate::firstMoment);
        var second = new Mean(frames, EncodedUpdate::secondMoment);
        Optional<SecondMomentCorrection> meanGradient =
                correctsSecondMoments() ? Optional.of(new SecondMomentCorrection(this)) : Optional.empty();
        for (int next = from; next < to; next += Codec.BLOCK) {
            int at = next;
            int count = Math.min(Codec.BLOCK, to - at);
            int place = at - into.from();
            moments(first.of(at, count), into.firstMoment(), place, count);
            int seconds = Math.min(count, into.secondMoment().length - place);
            if (seconds > 0) {
                double[] grown = second.of(at, seconds);
                meanGradient.ifPresent(made -> made.correct(grown, first.values(), start, place, seconds));
                moments(grown, into.secondMoment(), place, seconds);
            }
        }
    }

    /** Turns the mean of the frames, parameters or deltas, into an element of {@link AveragedState#parameters}. */
    private double parameter(boolean plain, double start, double mean) {
        if (config.codec().isExact()) {
            return plain ? mean : start - mean;
        }
        return plain ? start + mean : -mean;
    }

    /** Rounds to what travels, so that driver and workers continue from the same moments. */
    private void moments(double[] mean, float[] into, int place, int count) {
        boolean exact = config.codec().ofMoments().isExact();
        for (int i = 0; i < count; i++) {
            float value = (float) mean[i];
            into[place + i] = exact ? value : Codec.rounded(value);
        }
    }

    /** Weighted means of one vector of all workers, block by block. */
    private final class Mean {
        private final List<EncodedUpdate> frames;
        private final Function<EncodedUpdate, EncodedVector> vector;
        private final float[][] values;
        private final double[] sums = new double[Codec.BLOCK];

        Mean(List<EncodedUpdate> frames, Function<EncodedUpdate, EncodedVector> vector) {
            this.frames = frames;
            this.vector = vector;
            values = new float[frames.size()][Codec.BLOCK];
        }

        /** The workers' values of the last block, K × B. */
        float[][] values() {
            return values;
        }

        /** Starts with the first worker's term, not with 0, which would turn a lone -0 into 0. */
        double[] of(int at, int count) {
            for (int k = 0; k < frames.size(); k++) {
                EncodedUpdate frame = frames.get(k);
                vector.apply(frame).decode(at - frame.from(), count, values[k]);
                if (k == 0) {
                    set(weights.get(k), values[k], count);
                } else {
                    add(weights.get(k), values[k], count);
                }
            }
            return sums;
        }

        private void set(double weight, float[] values, int count) {
            for (int i = 0; i < count; i++) {
                sums[i] = weight * values[i];
            }
        }

        private void add(double weight, float[] values, int count) {
            for (int i = 0; i < count; i++) {
                sums[i] += weight * values[i];
            }
        }
    }

    /**
     * The average of a round, or a range of it. Not compared by {@code equals}.
     *
     * @param from number of the first parameter
     * @param parameters Σ w_k θ_k if the round ends with the plain mean, else g = Σ w_k (θ − θ_k), along which the
     *     outer optimiser descends
     * @param firstMoment the mean of m; empty unless moments are averaged
     * @param secondMoment the mean of v, corrected as {@link TrainConfig.SecondMoment} says; empty likewise
     */
    public record AveragedState(int from, float[] parameters, float[] firstMoment, float[] secondMoment)
            implements Serializable {
        /** Zeros in the shape of a common start, to be filled by {@link #put}. */
        public static AveragedState zeros(int parameters, int firstMoments, int secondMoments) {
            return new AveragedState(0, new float[parameters], new float[firstMoments], new float[secondMoments]);
        }

        /** Copies a range into this state, which begins at 0. */
        public void put(AveragedState part) {
            System.arraycopy(part.parameters, 0, parameters, part.from, part.parameters.length);
            put(part.firstMoment, firstMoment, part.from);
            put(part.secondMoment, secondMoment, part.from);
        }

        private static void put(float[] part, float[] whole, int from) {
            if (part.length > 0) { // else it may begin after the end
                System.arraycopy(part, 0, whole, from, part.length);
            }
        }
    }
}
