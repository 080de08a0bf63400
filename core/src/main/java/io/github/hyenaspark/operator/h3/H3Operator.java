package io.github.hyenaspark.operator.h3;

import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InputProjection;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.Workspace;

/**
 * The H3 operator (arXiv 2212.14052), in the form that runs: a shift state-space model on the keys, their products with
 * the values through a diagonal one, the result times the queries. Both models run as long convolutions with a direct
 * term, as in the authors' code. Activations are B×D×L; matrix products go through the batch in {@link Tile tiles},
 * everything between them head by head in whole rows: {@link H3Heads}. {@link ReferenceH3} is the same in plain double
 * loops, {@link IncrementalH3} the same for a sequence that grows.
 */
public final class H3Operator implements DifferentiableModule<FloatArray> {
    private final H3Config config;
    private final LongFilters shift;
    private final LongFilters diagonal;
    private final InputProjection inputProjection;
    private final OutputProjection outputProjection;
    private final H3Heads.Activations kept = new H3Heads.Activations();
    private FloatArray input = FloatArray.allocate(0); // the caller's

    /** An operator of the given configuration. */
    public H3Operator(H3Config config) {
        this.config = config;
        shift = config.shiftFilters();
        diagonal = config.diagonalFilters();
        inputProjection = new InputProjection(config.width(), H3Config.PROJECTIONS * config.width());
        outputProjection = new OutputProjection(config.width());
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        kept.resize(config, pass);
        shift.forward(pass);
        diagonal.forward(pass);
        inputProjection.forward(input, kept.projected, pass);
        pass.pool().divide(config.heads(), (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            H3Heads heads = new H3Heads(config, kept, pass, workspace);
            for (int head = from; head < to; head++) {
                heads.forward(head, shift.channel(workspace), diagonal.channel(workspace));
            }
        });
        outputProjection.forward(kept.mixed, output, pass);
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        outputProjection.backward(kept.mixed, outputGradient, pass);
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
