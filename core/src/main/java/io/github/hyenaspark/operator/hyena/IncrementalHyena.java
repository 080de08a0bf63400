package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Workspace;

/**
 * {@link HyenaOperator} for one sequence that grows: the first pass takes its beginning, every later one a single step,
 * and T steps cost O(T log² T). It keeps the last K−1 inputs of the short filters and, for each of the N−1 long
 * convolutions of a channel, their inputs and what these add to outputs to come.
 */
final class IncrementalHyena implements InferenceModule<FloatArray> {
    private final HyenaConfig config;
    private final IncrementalFilters filters;
    private final Projections projections;
    private final GateSums gateSums;
    private final OutputProjection outputProjection;
    private FloatArray mixed = FloatArray.allocate(0); // act(y), D×L

    /**
     * An operator for a sequence of at most {@code capacity} steps.
     *
     * @param pass whose parameters it has from now on
     */
    IncrementalHyena(HyenaConfig config, int capacity, ForwardContext<FloatArray> pass) {
        this.config = config;
        filters = new IncrementalFilters(config.longFilters(), config.heads(), pass.ofLength(capacity));
        projections = new Projections(config);
        gateSums = new GateSums(config, projections);
        outputProjection = new OutputProjection(config.width());
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
        float[][] y = workspace.rows("operator.y", config.heads(), length);
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
        projections.goOn();
        filters.finishPass();
    }
}
