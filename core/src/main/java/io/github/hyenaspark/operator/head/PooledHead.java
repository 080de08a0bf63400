package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.head.LabelHead.Labels;
import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Runs a {@link LabelHead} in doubles, whatever the model is in: it is a small part of a step. Steps behind a
 * sequence's length count nowhere.
 */
public final class PooledHead<A> {
    private static final String WEIGHT = "norm.weight";
    private static final String BIAS = "norm.bias";
    private static final String QUERY = "query";
    private static final String OUTPUT_WEIGHT = "output.weight";
    private static final String OUTPUT_BIAS = "output.bias";
    /** Of D×L: behind the norm, before it, inside it, and as floats that leave the heap. */
    private static final int ARRAYS_OF_A_GRADIENT = 4;

    private final LabelHead config;
    private final int width;
    private final Access<A> access;

    public PooledHead(LabelHead config, int width, Access<A> access) {
        this.config = config;
        this.width = width;
        this.access = access;
    }

    /**
     * Bytes on the heap for a step with sequences of D channels and so many tokens: of the readings of one document
     * their inputs and what comes out of the norm, beside those what the gradient of one reading takes, and the weights
     * of the outputs with their gradients.
     */
    public static long heapBytes(LabelHead config, int width, int length) {
        long activations = (2L * config.readings() + ARRAYS_OF_A_GRADIENT) * width * length;
        long weights = 2L * config.outputs() * width * config.parts() * config.readings();
        return Double.BYTES * (activations + weights);
    }

    /** How the head sees a model's arrays. */
    public interface Access<A> {
        double[] read(A array, long from, int count);

        void write(A array, long to, double[] values);

        void add(A array, double[] values);
    }

    /** The outputs, B×T: logits, or values. The input is (B·S)×D×L, {@code lengths} are those of its sequences. */
    public double[] outputs(A input, int[] lengths, ForwardContext<A> pass) {
        int documents = lengths.length / config.readings();
        double[] outputs = new double[documents * config.outputs()];
        Weights weights = new Weights(pass);
        for (int b = 0; b < documents; b++) {
            double[] found = weights.outputs(joined(readings(b, input, lengths, weights, pass)));
            System.arraycopy(found, 0, outputs, b * config.outputs(), found.length);
        }
        return outputs;
    }

    /** The sum of the weighted losses of all documents. */
    public double loss(A input, Labels labels, ForwardContext<A> pass) {
        double[] outputs = outputs(input, labels.lengths(), pass);
        double sum = 0;
        for (int b = 0; b < labels.weights().length; b++) {
            sum += labels.weights()[b] * loss(slice(outputs, b, config.outputs()), target(labels, b), new double[0]);
        }
        return sum;
    }

    /** The same; also writes the gradient of their <em>mean</em>, (B·S)×D×L, and adds the parameters'. */
    public double gradient(A input, Labels labels, A inputGradient, ForwardContext<A> pass) {
        int documents = labels.weights().length;
        Weights weights = new Weights(pass);
        double sum = 0;
        for (int b = 0; b < documents; b++) {
            List<Reading> readings = readings(b, input, labels.lengths(), weights, pass);
            double[] joined = joined(readings);
            pass.dropout().named("pooled").apply(config.dropout(), b, joined, 0, joined.length);
            double[] gradient = new double[config.outputs()];
            double weight = labels.weights()[b];
            sum += weight * loss(weights.outputs(joined), target(labels, b), gradient);
            for (int o = 0; o < gradient.length; o++) {
                gradient[o] *= weight / documents;
            }
            double[] back = weights.backward(joined, gradient);
            pass.dropout().named("pooled").apply(config.dropout(), b, back, 0, back.length);
            for (int s = 0; s < readings.size(); s++) {
                double[] dx = readings.get(s).backward(slice(back, s, width * config.parts()), weights);
                access.write(inputGradient, (long) (b * readings.size() + s) * width * pass.length(), dx);
            }
        }
        weights.finish();
        return sum;
    }

    private double[] target(Labels labels, int b) {
        return slice(labels.targets(), b, config.targets());
    }

    private static double[] slice(double[] values, int number, int count) {
        double[] slice = new double[count];
        System.arraycopy(values, number * count, slice, 0, count);
        return slice;
    }

    private List<Reading> readings(int b, A input, int[] lengths, Weights weights, ForwardContext<A> pass) {
        int size = width * pass.length();
        List<Reading> readings = new ArrayList<>();
        for (int s = 0; s < config.readings(); s++) {
            int row = b * config.readings() + s;
            double[] values = access.read(input, (long) row * size, size);
            readings.add(new Reading(values, pass.length(), lengths[row], weights));
        }
        return readings;
    }

    private double[] joined(List<Reading> readings) {
        int size = width * config.parts();
        double[] joined = new double[readings.size() * size];
        for (int s = 0; s < readings.size(); s++) {
            System.arraycopy(readings.get(s).pooled, 0, joined, s * size, size);
        }
        return joined;
    }

    /** The loss of one document; its gradient goes into an array of T, or nowhere if that is empty. */
    private double loss(double[] outputs, double[] target, double[] gradient) {
        boolean wanted = gradient.length > 0;
        double sum = 0;
        switch (config.task()) {
            case CLASSIFICATION -> {
                int expected = (int) target[0];
                double[] probabilities = softmax(outputs);
                for (int o = 0; wanted && o < outputs.length; o++) {
                    gradient[o] = probabilities[o] - (o == expected ? 1 : 0);
                }
                return logSumOfExponentials(outputs) - outputs[expected];
            }
            case REGRESSION -> {
                for (int o = 0; o < outputs.length; o++) {
                    double error = outputs[o] - target[o];
                    sum += error * error / outputs.length;
                    if (wanted) {
                        gradient[o] = 2 * error / outputs.length;
                    }
                }
            }
            case TAGGING -> {
                for (int o = 0; o < outputs.length; o++) {
                    double softplus = Math.max(0, outputs[o]) + StrictMath.log1p(StrictMath.exp(-Math.abs(outputs[o])));
                    sum += (softplus - target[o] * outputs[o]) / outputs.length;
                    if (wanted) {
                        gradient[o] = (logistic(outputs[o]) - target[o]) / outputs.length;
                    }
                }
            }
        }
        return sum;
    }

    /** 1/(1 + e⁻ˣ), the probability of a tag. */
    public static double logistic(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    /** The probabilities of classes. */
    public static double[] softmax(double[] logits) {
        double all = logSumOfExponentials(logits);
        double[] probabilities = new double[logits.length];
        for (int o = 0; o < logits.length; o++) {
            probabilities[o] = StrictMath.exp(logits[o] - all);
        }
        return probabilities;
    }

    private static double logSumOfExponentials(double[] values) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        double sum = 0;
        for (double value : values) {
            sum += StrictMath.exp(value - largest);
        }
        return largest + StrictMath.log(sum);
    }

    /** The parameters of a pass, and the sums of their gradients. */
    private final class Weights {
        final ForwardContext<double[]> norm;
        final double[] query;
        final double[] queryGradient = new double[width];
        private final ForwardContext<A> pass;
        private final double[] weight;
        private final double[] bias;
        private final double[] weightGradient;
        private final double[] biasGradient;

        Weights(ForwardContext<A> pass) {
            this.pass = pass;
            int joined = width * config.parts() * config.readings();
            weight = access.read(pass.parameter(OUTPUT_WEIGHT), 0, config.outputs() * joined);
            bias = access.read(pass.parameter(OUTPUT_BIAS), 0, config.outputs());
            weightGradient = new double[weight.length];
            biasGradient = new double[bias.length];
            boolean asks = config.pooling() == LabelHead.Pooling.ATTENTION;
            query = asks ? access.read(pass.parameter(QUERY), 0, width) : new double[0];
            norm = ForwardContext.of(
                    1,
                    0,
                    Map.of(
                            "weight", access.read(pass.parameter(WEIGHT), 0, width),
                            "bias", access.read(pass.parameter(BIAS), 0, width)),
                    Map.of("weight", new double[width], "bias", new double[width]));
        }

        double[] outputs(double[] joined) {
            double[] outputs = bias.clone();
            for (int o = 0; o < outputs.length; o++) {
                for (int i = 0; i < joined.length; i++) {
                    outputs[o] += weight[o * joined.length + i] * joined[i];
                }
            }
            return outputs;
        }

        double[] backward(double[] joined, double[] gradient) {
            double[] back = new double[joined.length];
            for (int o = 0; o < gradient.length; o++) {
                biasGradient[o] += gradient[o];
                for (int i = 0; i < joined.length; i++) {
                    weightGradient[o * joined.length + i] += gradient[o] * joined[i];
                    back[i] += gradient[o] * weight[o * joined.length + i];
                }
            }
            return back;
        }

        void finish() {
            access.add(pass.gradient(OUTPUT_WEIGHT), weightGradient);
            access.add(pass.gradient(OUTPUT_BIAS), biasGradient);
            access.add(pass.gradient(WEIGHT), norm.gradient("weight"));
            access.add(pass.gradient(BIAS), norm.gradient("bias"));
            if (query.length > 0) {
                access.add(pass.gradient(QUERY), queryGradient);
            }
        }
    }

    /** One sequence: its steps, normalised, and the vectors of its parts. */
    private final class Reading {
        final double[] pooled = new double[config.parts() * width];
        private final int padded;
        private final int length;
        private final double[] input; // D×length
        private final double[] normed;
        private final double[] shares; // of the steps in their part's vector; empty for the largest elements
        private final int[] places = new int[config.parts() * width]; // of the largest elements

        Reading(double[] row, int padded, int length, Weights weights) {
            this.padded = padded;
            this.length = length;
            input = new double[width * length];
            for (int d = 0; d < width; d++) {
                System.arraycopy(row, d * padded, input, d * length, length);
            }
            normed = LayerNorm.Reference.forward(input, weights.norm.ofLength(length));
            shares = new double[config.pooling() == LabelHead.Pooling.MAX ? 0 : length];
            for (int part = 0; part < config.parts(); part++) {
                pool(part, weights);
            }
        }

        /** Where a part begins; a part of a sequence that is too short has no step, and its vector is 0. */
        private int begin(int part) {
            return (int) ((long) length * part / config.parts());
        }

        private void pool(int part, Weights weights) {
            int from = begin(part);
            int to = begin(part + 1);
            if (from < to) {
                share(from, to, weights);
            }
            for (int d = 0; d < width && from < to; d++) {
                int at = part * width + d;
                if (shares.length == 0) {
                    places[at] = d * length + from;
                    for (int t = from; t < to; t++) {
                        places[at] = normed[d * length + t] > normed[places[at]] ? d * length + t : places[at];
                    }
                    pooled[at] = normed[places[at]];
                }
                for (int t = from; t < to && shares.length > 0; t++) {
                    pooled[at] += shares[t] * normed[d * length + t];
                }
            }
        }

        private void share(int from, int to, Weights weights) {
            switch (config.pooling()) {
                case MEAN -> Arrays.fill(shares, from, to, 1.0 / (to - from));
                case LAST -> shares[to - 1] = 1;
                case ATTENTION -> {
                    double[] scores = new double[to - from];
                    for (int d = 0; d < width; d++) {
                        for (int t = from; t < to; t++) {
                            scores[t - from] += weights.query[d] * normed[d * length + t] / Math.sqrt(width);
                        }
                    }
                    System.arraycopy(softmax(scores), 0, shares, from, to - from);
                }
                case MAX -> {}
            }
        }

        /** From the gradient of the vectors to that of the row, D×L; adds those of norm and query. */
        double[] backward(double[] gradient, Weights weights) {
            double[] dNormed = new double[normed.length];
            for (int part = 0; part < config.parts(); part++) {
                int from = begin(part);
                int to = begin(part + 1);
                for (int d = 0; d < width && from < to; d++) {
                    int at = part * width + d;
                    if (shares.length == 0) {
                        dNormed[places[at]] = gradient[at];
                    }
                    for (int t = from; t < to && shares.length > 0; t++) {
                        dNormed[d * length + t] = shares[t] * gradient[at];
                    }
                }
                if (weights.query.length > 0) {
                    throughShares(part, gradient, dNormed, weights);
                }
            }
            double[] dx = LayerNorm.Reference.backward(input, dNormed, weights.norm.ofLength(length));
            double[] row = new double[width * padded];
            for (int d = 0; d < width; d++) {
                System.arraycopy(dx, d * length, row, d * padded, length);
            }
            return row;
        }

        /** ds_t = w_t (dp·n_t − dp·p) for the scores s_t = q·n_t/√D. */
        private void throughShares(int part, double[] gradient, double[] dNormed, Weights weights) {
            int from = begin(part);
            int to = begin(part + 1);
            double whole = 0;
            double[] along = new double[to - from];
            for (int d = 0; d < width; d++) {
                whole += gradient[part * width + d] * pooled[part * width + d];
                for (int t = from; t < to; t++) {
                    along[t - from] += gradient[part * width + d] * normed[d * length + t];
                }
            }
            for (int d = 0; d < width; d++) {
                for (int t = from; t < to; t++) {
                    double score = shares[t] * (along[t - from] - whole) / Math.sqrt(width);
                    weights.queryGradient[d] += score * normed[d * length + t];
                    dNormed[d * length + t] += score * weights.query[d];
                }
            }
        }
    }

    /** Access to doubles. */
    public static final class Doubles implements Access<double[]> {
        @Override
        public double[] read(double[] array, long from, int count) {
            double[] values = new double[count];
            System.arraycopy(array, Math.toIntExact(from), values, 0, count);
            return values;
        }

        @Override
        public void write(double[] array, long to, double[] values) {
            System.arraycopy(values, 0, array, Math.toIntExact(to), values.length);
        }

        @Override
        public void add(double[] array, double[] values) {
            for (int i = 0; i < values.length; i++) {
                array[i] += values[i];
            }
        }
    }

    /** Access to floats outside the heap. */
    public static final class Floats implements Access<FloatArray> {
        @Override
        public double[] read(FloatArray array, long from, int count) {
            float[] values = new float[count];
            array.read(from, values, count);
            double[] wide = new double[count];
            for (int i = 0; i < count; i++) {
                wide[i] = values[i];
            }
            return wide;
        }

        @Override
        public void write(FloatArray array, long to, double[] values) {
            float[] narrow = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                narrow[i] = (float) values[i];
            }
            array.write(to, narrow, narrow.length);
        }

        @Override
        public void add(FloatArray array, double[] values) {
            array.add(values);
        }
    }
}
