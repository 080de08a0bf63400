package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.SharedGradient;
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
 * {@link ReferenceHyena} is the same in plain double loops.
 */
public final class HyenaOperator implements DifferentiableModule<FloatArray> {
    private static final Workspace.Slot<float[][]> Y = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> GRADIENT = Workspace.Slot.rows();

    private final HyenaFamily config;
    private final LongFilters filters;
    private final Projections projections;
    private final GateSums gateSums;
    private final Dense outputProjection;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray convolved = FloatArray.allocate(0); // B×(N−1)×D×L; backwards what GateSums adds up
    private FloatArray mixed = FloatArray.allocate(0); // act(y), B×D×L; in the backward pass its gradient

    public HyenaOperator(HyenaFamily config) {
        this.config = config;
        filters = new LongFilters("filter", 0, config.filterSpec(), config.order() - 1, config.directTerm());
        projections = new Projections(config);
        gateSums = new GateSums(config, projections);
        outputProjection = Dense.out(config.width());
    }

    /**
     * For one sequence of at most {@code capacity} steps that grows: it keeps the last K−1 inputs of the short filters
     * and what {@link IncrementalFilters} keep; with long filters T steps cost O(T log² T).
     */
    HyenaOperator(HyenaFamily config, int capacity, ForwardContext<FloatArray> pass) {
        this(config);
        filters.grow(config.heads(), pass.ofLength(capacity));
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        long size = (long) pass.batchSize() * config.width() * pass.length();
        mixed = mixed.roomFor(size);
        convolved = convolved.roomFor(filters.grows() ? 0 : size * (config.order() - 1));
        filters.startForward(pass);
        projections.forward(input, pass);
        gateSums.forward(pass);
        filters.divide(config.headWidth(), pass, (member, from, to) -> {
            LongFilters.ChannelFilters filter =
                    filters.forwardChannel(pass.pool().workspace(member));
            Channels channels = new Channels(pass, member, filter);
            for (int j = from; j < to; j++) {
                channels.forward(j);
            }
        });
        outputProjection.forward(mixed, output, pass);
        filters.finishForward();
        if (filters.grows()) {
            projections.continueSequence();
        }
    }

    /** {@code inputGradient} may be the input of the forward pass, which it then replaces. */
    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        outputProjection.backward(mixed, outputGradient, mixed, pass);
        filters.startBackward();
        projections.start(pass);
        int mixes = config.postOrderMixing() ? (config.order() - 1) * config.heads() * config.heads() : 0;
        SharedGradient.OfVector mixGradient = new SharedGradient.OfVector(pass, "head-mix", config.headWidth(), mixes);
        pass.pool().divide(config.headWidth(), (member, from, to) -> {
            LongFilters.ChannelConvolution filter = filters.channel(pass.pool().workspace(member));
            Channels channels = new Channels(pass, member, filter);
            for (int j = from; j < to; j++) {
                channels.backward(j, filter, mixGradient.of(j));
            }
        });
        if (config.postOrderMixing()) {
            mixGradient.finish();
        }
        gateSums.backward(pass, convolved);
        projections.backward(input, inputGradient);
        filters.finishBackward(pass);
    }

    /** The head channels of one member of the pool, one after the other. */
    private final class Channels {
        private final ForwardContext<FloatArray> pass;
        private final int length;
        private final Workspace workspace;
        private final LongFilters.ChannelFilters filter;
        private final GateChain chain;
        private final float[][] y;
        private final float[][] gradient;

        Channels(ForwardContext<FloatArray> pass, int member, LongFilters.ChannelFilters filter) {
            this.pass = pass;
            this.filter = filter;
            length = pass.length();
            workspace = pass.pool().workspace(member);
            chain = new GateChain(config, filter, pass, workspace);
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
                    for (int r = 0; r < config.order() - 1 && !filters.grows(); r++) {
                        convolved.write(convolvedStart(b, r, head, j), chain.convolved[r][head], length);
                    }
                }
            }
        }

        void backward(int j, LongFilters.ChannelConvolution channel, double[] mixGradient) {
            channel.startBackward(j);
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
                chain.backward(b, j, gradient, channel, mixGradient);
                writeGradients(b, j);
            }
            channel.finishBackward(j);
        }

        private void writeGradients(int b, int j) {
            for (int head = 0; head < config.heads(); head++) {
                for (int part = 0; part <= config.order(); part++) {
                    if (!gateSums.covers(part)) {
                        int channel = projections.channel(head, part, j);
                        projections.writeGradient(b, channel, chain.rowGradients[head][part], workspace);
                    }
                }
                float[][] ofSums = chain.gateSumGradients[head];
                for (int r = 0; r < ofSums.length; r++) {
                    convolved.write(convolvedStart(b, r, head, j), ofSums[r], length);
                }
            }
        }

        private long start(int b, int head, int j) {
            return (((long) b * config.heads() + head) * config.headWidth() + j) * length;
        }

        private long convolvedStart(int b, int r, int head, int j) {
            return start(b * (config.order() - 1) + r, head, j);
        }
    }
}
