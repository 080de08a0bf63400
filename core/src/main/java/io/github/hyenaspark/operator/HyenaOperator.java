package io.github.hyenaspark.operator;

import java.util.Arrays;

/**
 * The Hyena operator (arXiv 2302.10866), in the form that runs: data-controlled gates and implicit long convolutions, a
 * drop-in replacement for attention. Order N means, as in the authors' code, N gates and N−1 long convolutions; the
 * paper's Definition 3.1 counts one convolution per gate. Unlike the paper and like the code, a direct term d·w is
 * added to every long convolution.
 *
 * <p>Activations are B×D×L. Read on at {@link GateChain} for the recurrence and {@link ImplicitFilter} for the filters;
 * {@link PlainHyena} is the same in plain double loops.
 */
public final class HyenaOperator implements DifferentiableMap<FloatArray> {
    private final HyenaConfig config;
    private final LongFilters filters;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray convolved = FloatArray.allocate(0); // B×(N−1)×D×L
    private FloatArray mixed = FloatArray.allocate(0); // act(y), B×D×L
    private FloatArray mixedGradient = FloatArray.allocate(0); // D×L
    private final Projections projections;

    /** An operator of the given configuration; its parameters are those of {@link HyenaParameters}. */
    public HyenaOperator(HyenaConfig config) {
        this.config = config;
        filters = new LongFilters(config);
        projections = new Projections(config);
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, Pass<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        long size = (long) config.width() * pass.length();
        if (mixed.length() != size * pass.batchSize()) {
            mixed = FloatArray.allocate(size * pass.batchSize());
            convolved = FloatArray.allocate(size * pass.batchSize() * (config.order() - 1));
        }
        filters.forward(pass);
        projections.forward(input, pass);
        GateChain chain = new GateChain(config, filters, pass);
        float[][] y = new float[config.heads()][pass.length()];
        for (int b = 0; b < pass.batchSize(); b++) {
            sumGates(chain, b);
            for (int j = 0; j < config.headWidth(); j++) {
                readRows(chain, b, j);
                chain.forward(b, j, y);
                for (int head = 0; head < config.heads(); head++) {
                    config.activation().apply(y[head], pass.length());
                    mixed.write(b * size + rowStart(head, j, pass), y[head], pass.length());
                    writeConvolved(chain, b, j, head, pass);
                }
            }
            project(output.slice(b * size, size), mixed.slice(b * size, size), pass);
        }
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, Pass<FloatArray> pass) {
        long size = (long) config.width() * pass.length();
        if (mixedGradient.length() != size) {
            mixedGradient = FloatArray.allocate(size);
        }
        filters.startBackward();
        projections.startBackward(pass);
        GateChain chain = new GateChain(config, filters, pass);
        double[] biasGradient = new double[config.width()];
        for (int b = 0; b < pass.batchSize(); b++) {
            FloatArray gradient = outputGradient.slice(b * size, size);
            projectBackward(gradient, mixed.slice(b * size, size), biasGradient, pass);
            sumGates(chain, b);
            for (int j = 0; j < config.headWidth(); j++) {
                backwardChannel(chain, b, j, pass);
            }
            spreadGateSums(chain, b);
            projections.backward(input.slice(b * size, size), inputGradient.slice(b * size, size));
        }
        pass.gradient("out.bias").add(biasGradient);
        if (config.postOrderMixing()) {
            pass.gradient("head-mix").add(chain.mixGradient());
        }
        projections.finishBackward();
        filters.finishBackward(pass);
    }

    private void backwardChannel(GateChain chain, int b, int j, Pass<FloatArray> pass) {
        float[][] y = new float[config.heads()][pass.length()];
        float[][] gradient = new float[config.heads()][pass.length()];
        readRows(chain, b, j);
        for (int head = 0; head < config.heads(); head++) {
            readConvolved(chain, b, j, head, pass);
        }
        chain.recompute(y);
        for (int head = 0; head < config.heads(); head++) {
            mixedGradient.read(rowStart(head, j, pass), gradient[head], pass.length());
            config.activation().backward(y[head], gradient[head], pass.length());
        }
        chain.backward(b, j, gradient);
        for (int head = 0; head < config.heads(); head++) {
            for (int part = 0; part <= config.order(); part++) {
                boolean summed = config.outerMixing() && part > 0 && part < config.order();
                if (!summed) {
                    int channel = projections.channel(head, part, j);
                    projections.writeGradient(b, channel, chain.rowGradients[head][part]);
                }
            }
        }
    }

    private void project(FloatArray output, FloatArray y, Pass<FloatArray> pass) {
        int length = pass.length();
        int width = config.width();
        Matrix result = Matrix.of(output, width, length);
        result.set(Matrix.of(pass.parameter("out.weight"), width, width), Matrix.of(y, width, length));
        result.addToRows(pass.parameter("out.bias").toArray());
    }

    private void projectBackward(FloatArray gradient, FloatArray y, double[] biasGradient, Pass<FloatArray> pass) {
        int length = pass.length();
        int width = config.width();
        Matrix g = Matrix.of(gradient, width, length);
        Matrix.of(pass.gradient("out.weight"), width, width)
                .add(g, Matrix.of(y, width, length).t());
        Matrix.of(mixedGradient, width, length)
                .set(Matrix.of(pass.parameter("out.weight"), width, width).t(), g);
        g.sumRows(biasGradient);
    }

    private void readRows(GateChain chain, int b, int j) {
        for (int head = 0; head < config.heads(); head++) {
            for (int part = 0; part <= config.order(); part++) {
                projections.read(b, projections.channel(head, part, j), chain.rows[head][part]);
            }
        }
    }

    private void sumGates(GateChain chain, int b) {
        for (int head = 0; head < config.heads(); head++) {
            for (int r = 0; r < chain.gateSums[head].length; r++) {
                float[] sum = chain.gateSums[head][r];
                float[] row = new float[sum.length];
                Arrays.fill(sum, 0f);
                Arrays.fill(chain.gateSumGradients[head][r], 0f);
                for (int j = 0; j < config.headWidth(); j++) {
                    projections.read(b, projections.channel(head, config.order() - 1 - r, j), row);
                    Rows.add(row, sum, sum.length);
                }
            }
        }
    }

    private void spreadGateSums(GateChain chain, int b) {
        for (int head = 0; head < config.heads(); head++) {
            for (int r = 0; r < chain.gateSums[head].length; r++) {
                for (int j = 0; j < config.headWidth(); j++) {
                    int channel = projections.channel(head, config.order() - 1 - r, j);
                    projections.writeGradient(b, channel, chain.gateSumGradients[head][r]);
                }
            }
        }
    }

    private long rowStart(int head, int j, Pass<FloatArray> pass) {
        return (long) (head * config.headWidth() + j) * pass.length();
    }

    private long convolvedStart(int b, int r, int head, int j, Pass<FloatArray> pass) {
        long sequence = (long) b * (config.order() - 1) + r;
        return sequence * config.width() * pass.length() + rowStart(head, j, pass);
    }

    private void writeConvolved(GateChain chain, int b, int j, int head, Pass<FloatArray> pass) {
        for (int r = 0; r < config.order() - 1; r++) {
            convolved.write(convolvedStart(b, r, head, j, pass), chain.convolved[r][head], pass.length());
        }
    }

    private void readConvolved(GateChain chain, int b, int j, int head, Pass<FloatArray> pass) {
        for (int r = 0; r < config.order() - 1; r++) {
            convolved.read(convolvedStart(b, r, head, j, pass), chain.convolved[r][head], pass.length());
        }
    }
}
