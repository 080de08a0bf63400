package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.Arrays;

/**
 * The double reference of {@link HyenaOperator}, from the definition, O(L²): the oracle of the form that runs, and what
 * DL4J's gradient check sees. Arrays of a sequence have a row per head, part and channel.
 */
public final class ReferenceHyena implements DifferentiableModule<double[]> {
    private final HyenaFamily config;
    private final ReferenceFilters filters;
    private double[] input = {};
    private double[] dense = {}; // B×(N+1)D×L
    private double[] product = {}; // y before the activation, B×D×L
    private Sequence[] sequences = {};

    public ReferenceHyena(HyenaFamily config) {
        this.config = config;
        filters = new ReferenceFilters("filter", config.filterSpec(), config.directTerm());
    }

    /** What one sequence keeps between the passes; indices are [r][head][j]. */
    private static final class Sequence {
        private final double[][][] projections; // [head][part][j·L + t]
        private final double[][][] values; // v_r
        private final double[][][] gated; // w_r
        private final double[][][] convolved; // q_r

        Sequence(HyenaFamily config, int length) {
            int size = config.headWidth() * length;
            projections = new double[config.heads()][config.order() + 1][size];
            values = new double[config.order()][config.heads()][size];
            gated = new double[config.order()][config.heads()][size];
            convolved = new double[config.order()][config.heads()][size];
        }
    }

    @Override
    public void forward(double[] newInput, double[] output, ForwardContext<double[]> pass) {
        config.checkLength(pass.length());
        input = newInput;
        filters.forward(pass);
        dense = Dense.Reference.forward("in", input, pass);
        product = new double[input.length];
        sequences = new Sequence[pass.batchSize()];
        for (int b = 0; b < pass.batchSize(); b++) {
            sequences[b] = forward(b, pass);
        }
        double[] activated =
                Arrays.stream(product).map(config.activation()::value).toArray();
        double[] result = Dense.Reference.forward("out", activated, pass);
        System.arraycopy(result, 0, output, 0, result.length);
    }

    private Sequence forward(int b, ForwardContext<double[]> pass) {
        int length = pass.length();
        int size = config.headWidth() * length;
        Sequence sequence = new Sequence(config, length);
        for (int head = 0; head < config.heads(); head++) {
            for (int part = 0; part <= config.order(); part++) {
                shortFilter(b, head, part, sequence.projections[head][part], pass);
            }
            sequence.values[0][head] = sequence.projections[head][config.order()].clone();
        }
        for (int r = 0; r < config.order() - 1; r++) {
            for (int head = 0; head < config.heads(); head++) {
                double[] gate = gate(sequence, head, r, length);
                double[] w = sequence.gated[r][head];
                for (int i = 0; i < size; i++) {
                    w[i] = sequence.values[r][head][i] * gate[i];
                }
                dropout(b, r, head, w, pass);
                sequence.convolved[r][head] = convolve(r, w, length);
            }
            mixHeads(sequence, r, pass);
        }
        for (int head = 0; head < config.heads(); head++) {
            for (int i = 0; i < size; i++) {
                product[(b * config.heads() + head) * size + i] =
                        sequence.values[config.order() - 1][head][i] * sequence.projections[head][0][i];
            }
        }
        return sequence;
    }

    @Override
    public void backward(double[] outputGradient, double[] inputGradient, ForwardContext<double[]> pass) {
        double[] activated =
                Arrays.stream(product).map(config.activation()::value).toArray();
        double[] gradient = Dense.Reference.backward("out", activated, outputGradient, pass);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] *= config.activation().derivative(product[i]);
        }
        double[] denseGradient = new double[dense.length];
        for (int b = 0; b < pass.batchSize(); b++) {
            backward(b, gradient, denseGradient, pass);
        }
        filters.finishBackward(pass);
        double[] dx = Dense.Reference.backward("in", input, denseGradient, pass);
        System.arraycopy(dx, 0, inputGradient, 0, dx.length);
    }

    private void backward(int b, double[] gradient, double[] denseGradient, ForwardContext<double[]> pass) {
        int length = pass.length();
        int size = config.headWidth() * length;
        Sequence sequence = sequences[b];
        Sequence gradients = new Sequence(config, length);
        for (int head = 0; head < config.heads(); head++) {
            for (int i = 0; i < size; i++) {
                double dy = gradient[(b * config.heads() + head) * size + i];
                gradients.values[config.order() - 1][head][i] = dy * sequence.projections[head][0][i];
                gradients.projections[head][0][i] = dy * sequence.values[config.order() - 1][head][i];
            }
        }
        for (int r = config.order() - 2; r >= 0; r--) {
            unmixHeads(sequence, gradients, r, pass);
            for (int head = 0; head < config.heads(); head++) {
                double[] w = sequence.gated[r][head];
                double[] dw = convolveBackward(r, gradients.convolved[r][head], w, length);
                dropout(b, r, head, dw, pass);
                double[] gate = gate(sequence, head, r, length);
                double[] gateGradient = new double[size];
                for (int i = 0; i < size; i++) {
                    gradients.values[r][head][i] = dw[i] * gate[i];
                    gateGradient[i] = dw[i] * sequence.values[r][head][i];
                }
                gradients.projections[head][config.order() - 1 - r] = mixOuter(gateGradient, length);
            }
        }
        for (int head = 0; head < config.heads(); head++) {
            gradients.projections[head][config.order()] = gradients.values[0][head];
            for (int part = 0; part <= config.order(); part++) {
                shortFilterBackward(b, head, part, gradients.projections[head][part], denseGradient, pass);
            }
        }
    }

    private int channel(int head, int part, int j) {
        return (head * (config.order() + 1) + part) * config.headWidth() + j;
    }

    /** P[t] = b_s + Σ_j s[j] X[t−(K−1)+j] for the channels of one part of a head. */
    private void shortFilter(int b, int head, int part, double[] p, ForwardContext<double[]> pass) {
        int length = pass.length();
        int taps = config.shortLength();
        for (int j = 0; j < config.headWidth(); j++) {
            int channel = channel(head, part, j);
            int from = (b * config.projections() + channel) * length;
            for (int t = 0; t < length; t++) {
                double sum = pass.parameter("short.bias")[channel];
                for (int k = Math.max(0, taps - 1 - t); k < taps; k++) {
                    sum += pass.parameter("short.weight")[channel * taps + k] * dense[from + t - (taps - 1) + k];
                }
                p[j * length + t] = sum;
            }
        }
    }

    private void shortFilterBackward(
            int b, int head, int part, double[] gradient, double[] denseGradient, ForwardContext<double[]> pass) {
        int length = pass.length();
        int taps = config.shortLength();
        for (int j = 0; j < config.headWidth(); j++) {
            int channel = channel(head, part, j);
            int from = (b * config.projections() + channel) * length;
            for (int t = 0; t < length; t++) {
                double dp = gradient[j * length + t];
                pass.gradient("short.bias")[channel] += dp;
                for (int k = Math.max(0, taps - 1 - t); k < taps; k++) {
                    int at = from + t - (taps - 1) + k;
                    pass.gradient("short.weight")[channel * taps + k] += dp * dense[at];
                    denseGradient[at] += dp * pass.parameter("short.weight")[channel * taps + k];
                }
            }
        }
    }

    /** g_r = x_{N−1−r}, or its sum over the channels of the head. */
    private double[] gate(Sequence sequence, int head, int r, int length) {
        return mixOuter(sequence.projections[head][config.order() - 1 - r], length);
    }

    /** With outer mixing every channel becomes the sum over channels; this map is its own transpose. */
    private double[] mixOuter(double[] rows, int length) {
        if (!config.outerMixing()) {
            return rows;
        }
        double[] mixed = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < config.headWidth(); j++) {
                mixed[j * length + i % length] += rows[i];
            }
        }
        return mixed;
    }

    private void dropout(int b, int r, int head, double[] w, ForwardContext<double[]> pass) {
        for (int j = 0; j < config.headWidth(); j++) {
            long row = (((long) b * (config.order() - 1) + r) * config.heads() + head) * config.headWidth() + j;
            pass.dropout().apply(config.dropout(), row, w, j * pass.length(), pass.length());
        }
    }

    private double[] convolve(int r, double[] w, int length) {
        double[] q = new double[w.length];
        for (int j = 0; j < config.headWidth(); j++) {
            ReferenceFilters.add(filters.response(filter(r, j), ReferenceFilters.row(w, j, length)), q, j);
        }
        return q;
    }

    private double[] convolveBackward(int r, double[] dq, double[] w, int length) {
        double[] dw = new double[w.length];
        for (int j = 0; j < config.headWidth(); j++) {
            double[] gradient = ReferenceFilters.row(dq, j, length);
            ReferenceFilters.add(filters.backward(filter(r, j), ReferenceFilters.row(w, j, length), gradient), dw, j);
        }
        return dw;
    }

    private int filter(int r, int j) {
        return j * (config.order() - 1) + r;
    }

    /** (v_{r+1})_k = Σ_g R[r, g, k] (q_r)_g, or v_{r+1} = q_r. */
    private void mixHeads(Sequence sequence, int r, ForwardContext<double[]> pass) {
        int heads = config.heads();
        for (int k = 0; k < heads; k++) {
            for (int g = 0; g < heads; g++) {
                double factor = mixFactor(r, g, k, pass);
                for (int i = 0; i < sequence.values[r][k].length; i++) {
                    sequence.values[r + 1][k][i] += factor * sequence.convolved[r][g][i];
                }
            }
        }
    }

    private void unmixHeads(Sequence sequence, Sequence gradients, int r, ForwardContext<double[]> pass) {
        int heads = config.heads();
        for (int k = 0; k < heads; k++) {
            for (int g = 0; g < heads; g++) {
                double factor = mixFactor(r, g, k, pass);
                double sum = 0;
                for (int i = 0; i < sequence.values[r][k].length; i++) {
                    double dv = gradients.values[r + 1][k][i];
                    gradients.convolved[r][g][i] += factor * dv;
                    sum += dv * sequence.convolved[r][g][i];
                }
                if (config.postOrderMixing()) {
                    pass.gradient("head-mix")[(r * heads + g) * heads + k] += sum;
                }
            }
        }
    }

    private double mixFactor(int r, int g, int k, ForwardContext<double[]> pass) {
        if (config.postOrderMixing()) {
            return pass.parameter("head-mix")[(r * config.heads() + g) * config.heads() + k];
        }
        return g == k ? 1 : 0;
    }
}
