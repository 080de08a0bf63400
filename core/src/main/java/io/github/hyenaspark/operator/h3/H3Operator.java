package io.github.hyenaspark.operator.h3;

import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.Workspace;

/**
 * The H3 operator (arXiv 2212.14052), in the form that runs: a shift state-space model on the keys, their products with
 * the values through a diagonal one, the result times the queries. Both models run as long convolutions with a direct
 * term, as in the authors' code; matrix products go through the batch in {@link Tile tiles}, the rest by head.
 */
public final class H3Operator implements DifferentiableModule<FloatArray> {
    private final H3Config config;
    private final LongFilters shift;
    private final LongFilters diagonal;
    private final Dense inputProjection;
    private final Dense outputProjection;
    private final H3Heads.Activations kept = new H3Heads.Activations();
    private FloatArray input = FloatArray.allocate(0); // the caller's

    public H3Operator(H3Config config) {
        this.config = config;
        shift = config.shiftFilters();
        diagonal = config.diagonalFilters();
        inputProjection = Dense.in(config.width(), H3Config.PROJECTIONS * config.width());
        outputProjection = Dense.out(config.width());
    }

    /** For one sequence of at most {@code capacity} steps that grows, T steps in O(T log² T). */
    H3Operator(H3Config config, int capacity, ForwardContext<FloatArray> pass) {
        this(config);
        shift.grow(1, pass.ofLength(capacity));
        diagonal.grow(config.headWidth() * config.headWidth(), pass.ofLength(capacity));
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        kept.resize(config, pass);
        shift.startForward(pass);
        diagonal.startForward(pass);
        inputProjection.forward(input, kept.projected, pass);
        shift.divide(config.heads(), pass, (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            H3Heads heads = new H3Heads(config, kept, pass, workspace);
            for (int head = from; head < to; head++) {
                heads.forward(head, shift.forwardChannel(workspace), diagonal.forwardChannel(workspace));
            }
        });
        outputProjection.forward(kept.mixed, output, pass);
        shift.finishForward();
        diagonal.finishForward();
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        outputProjection.backward(kept.mixed, outputGradient, kept.mixed, pass);
        shift.startBackward();
        diagonal.startBackward();
        pass.pool().divide(config.heads(), (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            H3Heads heads = new H3Heads(config, kept, pass, workspace);
            for (int head = from; head < to; head++) {
                heads.backward(head, shift.channel(workspace), diagonal.channel(workspace));
            }
        });
        inputProjection.backward(input, kept.projected, inputGradient, pass);
        shift.finishBackward(pass);
        diagonal.finishBackward(pass);
    }
}
