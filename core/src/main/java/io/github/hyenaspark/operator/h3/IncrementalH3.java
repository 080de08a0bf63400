package io.github.hyenaspark.operator.h3;

import io.github.hyenaspark.operator.hyena.IncrementalFilters;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.InputProjection;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * {@link H3Operator} for one sequence that grows: the first pass takes its beginning, every later one a single step,
 * and T steps cost O(T log² T) by online convolutions, whose inputs it keeps.
 */
final class IncrementalH3 implements InferenceModule<FloatArray> {
    private final H3Config config;
    private final IncrementalFilters shift;
    private final IncrementalFilters diagonal;
    private final InputProjection inputProjection;
    private final OutputProjection outputProjection;
    private final H3Heads.Activations kept = new H3Heads.Activations();

    /**
     * An operator for a sequence of at most {@code capacity} steps.
     *
     * @param pass whose parameters it has from now on
     */
    IncrementalH3(H3Config config, int capacity, ForwardContext<FloatArray> pass) {
        this.config = config;
        int products = config.headWidth() * config.headWidth();
        shift = new IncrementalFilters(config.shiftFilters(), 1, pass.ofLength(capacity));
        diagonal = new IncrementalFilters(config.diagonalFilters(), products, pass.ofLength(capacity));
        inputProjection = new InputProjection(config.width(), H3Config.PROJECTIONS * config.width());
        outputProjection = new OutputProjection(config.width());
    }

    @Override
    public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
        shift.startPass(pass.length());
        diagonal.startPass(pass.length());
        kept.resize(config, pass);
        inputProjection.forward(input, kept.projected, pass);
        H3Heads heads = new H3Heads(config, kept, pass, pass.pool().workspace(0));
        for (int head = 0; head < config.heads(); head++) {
            heads.forward(head, shift, diagonal);
        }
        outputProjection.forward(kept.mixed, output, pass);
        shift.finishPass();
        diagonal.finishPass();
    }
}
