package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.SharedSums;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.Workspace;

/**
 * The Hyena operator (arXiv 2302.10866), in the form that runs: data-controlled gates and implicit long convolutions, a
 * drop-in replacement for attention. Order N means, as in the authors' code, N gates and N−1 long convolutions; the
 * paper's Definition 3.1 counts one convolution per gate. As in the code and unlike in the paper, a direct term d·w is
 * added to every long convolution.
 *
 * <p>Activations are B×D×L. Matrix products go through the batch in {@link Tile tiles} of steps, everything else in
 * channels of whole rows. Read on at {@link GateChain} for the recurrence and {@code ImplicitFilter} for the filters;
 * {@link ReferenceHyena} is the same in plain double loops, {@link Incremental} for a sequence that grows.
 */
public final class HyenaOperator implements DifferentiableModule<FloatArray> {
    private static final Workspace.Slot<float[][]> Y = Workspace.Slot.rows();
    private static final Workspace.Slot<double[]> MIX_GRADIENT = Workspace.Slot.sums();
    private static final Workspace.Slot<float[][]> GRADIENT = Workspace.Slot.rows();

    private final HyenaFamily config;
    private final LongFilters filters;
    private final Projections projections;
    private final GateSums gateSums;
    private final Dense outputProjection;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray convolved = FloatArray.allocate(0); // B×(N−1)×D×L
    private FloatArray mixed = FloatArray.allocate(0); // act(y), B×D×L; in the backward pass its gradient

    public HyenaOperator(HyenaFamily config) {
        this.config = config;
        filters = filters(config);
        projections = new Projections(config);
        gateSums = new GateSums(config, projections);
        outputProjection = Dense.out(config.width());
    }

    private static LongFilters filters(HyenaFamily config) {
        return new LongFilters("filter", 0, config.filterSpec(), config.order() - 1, config.directTerm());
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        long size = (long) pass.batchSize() * config.width() * pass.length();
        mixed = mixed.atLeast(size);
        convolved = convolved.atLeast(size * (config.order() - 1));
        filters.forward(pass);
        projections.forward(input, pass);
        gateSums.forward(pass);
        pass.pool().divide(config.headWidth(), (member, from, to) -> {
            Channels channels = new Channels(pass, member, new double[0]);
            for (int j = from; j < to; j++) {
                channels.forward(j);
            }
        });
        outputProjection.forward(mixed, output, pass);
    }

    /** {@code inputGradient} may be the input of the forward pass, which it then replaces. */
    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        outputProjection.backward(mixed, outputGradient, mixed, pass);
        filters.startBackward();
        projections.start(pass);
        gateSums.startBackward(pass);
        int mixes = config.postOrderMixing() ? (config.order() - 1) * config.heads() * config.heads() : 0;
        SharedSums mixGradient = new SharedSums(pass, MIX_GRADIENT, "head-mix", mixes);
        pass.pool().divide(config.headWidth(), (member, from, to) -> {
            Channels channels = new Channels(pass, member, mixGradient.of(member));
            for (int j = from; j < to; j++) {
                channels.backward(j);
            }
        });
        if (config.postOrderMixing()) {
            mixGradient.finish();
        }
        gateSums.finishBackward();
        projections.backward(input, inputGradient);
        filters.finishBackward(pass);
    }

    /** The head channels of one member of the pool, one after the other. */
    private final class Channels {
        private final ForwardContext<FloatArray> pass;
        private final int length;
        private final int member;
        private final Workspace workspace;
        private final LongFilters.ChannelConvolution filter;
        private final GateChain chain;
        private final float[][] y;
        private final float[][] gradient;

        Channels(ForwardContext<FloatArray> pass, int member, double[] mixGradient) {
            this.pass = pass;
            this.member = member;
            length = pass.length();
            workspace = pass.pool().workspace(member);
            filter = filters.channel(workspace);
            chain = new GateChain(config, filter, pass, mixGradient, workspace);
            y = workspace.rows(Y, config.heads(), length);
            gradient = workspace.rows(GRADIENT, config.heads(), length);
        }

        void forward(int j) {
            filter.start(j);
            for (int b = 0; b < pass.batchSize(); b++) {
                chain.read(b, j, projections, gateSums);
                chain.forward(b, j, y);
                for (int head = 0; head < config.heads(); head++) {
                    config.activation().apply(y[head], length);
                    mixed.write(start(b, head, j), y[head], length);
                    for (int r = 0; r < config.order() - 1; r++) {
                        convolved.write(convolvedStart(b, r, head, j), chain.convolved[r][head], length);
                    }
                }
            }
        }

        void backward(int j) {
            filter.startBackward(j);
            for (int b = 0; b < pass.batchSize(); b++) {
                chain.read(b, j, projections, gateSums);
                for (int head = 0; head < config.heads(); head++) {
                    for (int r = 0; r < config.order() - 1; r++) {
                        convolved.read(convolvedStart(b, r, head, j), chain.convolved[r][head], length);
                    }
                    mixed.read(start(b, head, j), gradient[head], length);
                }
                chain.recompute(y);
                for (int head = 0; head < config.heads(); head++) {
                    config.activation().backward(y[head], gradient[head], length);
                }
                chain.backward(b, j, gradient, filter);
                writeGradients(b, j);
            }
            filter.finishBackward(j);
        }

        private void writeGradients(int b, int j) {
            for (int head = 0; head < config.heads(); head++) {
                for (int part = 0; part <= config.order(); part++) {
                    if (!gateSums.covers(part)) {
                        int channel = projections.channel(head, part, j);
                        projections.writeGradient(b, channel, chain.rowGradients[head][part], workspace);
                    }
                }
                gateSums.addGradients(member, b, head, chain.gateSumGradients[head]);
            }
        }

        private long start(int b, int head, int j) {
            return (((long) b * config.heads() + head) * config.headWidth() + j) * length;
        }

        private long convolvedStart(int b, int r, int head, int j) {
            return start(b * (config.order() - 1) + r, head, j);
        }
    }

    /**
     * {@link HyenaOperator} for one sequence that grows: the first pass takes its beginning, every later one a single
     * step. It keeps the last K−1 inputs of the short filters and what {@link IncrementalFilters} keep; with long
     * filters T steps cost O(T log² T).
     */
    static final class Incremental implements InferenceModule<FloatArray> {
        private final HyenaFamily config;
        private final IncrementalFilters filters;
        private final Projections projections;
        private final GateSums gateSums;
        private final Dense outputProjection;
        private FloatArray mixed = FloatArray.allocate(0); // act(y), D×L

        /** For at most {@code capacity} steps, with the parameters of {@code pass} from now on. */
        Incremental(HyenaFamily config, int capacity, ForwardContext<FloatArray> pass) {
            this.config = config;
            filters = filters(config).incremental(config.heads(), pass.ofLength(capacity));
            projections = new Projections(config);
            gateSums = new GateSums(config, projections);
            outputProjection = Dense.out(config.width());
        }

        @Override
        public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
            int length = pass.length();
            mixed = mixed.atLeast((long) config.width() * length);
            filters.startPass(length);
            projections.forward(input, pass);
            gateSums.forward(pass);
            Workspace workspace = pass.pool().workspace(0);
            GateChain chain = new GateChain(config, filters, pass, new double[0], workspace);
            float[][] y = workspace.rows(Y, config.heads(), length);
            for (int j = 0; j < config.headWidth(); j++) {
                filters.start(j);
                chain.read(0, j, projections, gateSums);
                chain.forward(0, j, y);
                for (int head = 0; head < config.heads(); head++) {
                    config.activation().apply(y[head], length);
                    mixed.write((long) (head * config.headWidth() + j) * length, y[head], length);
                }
            }
            outputProjection.forward(mixed, output, pass);
            projections.continueSequence();
            filters.finishPass();
        }
    }
}
