package io.github.hyenaspark.operator.h3;

import io.github.hyenaspark.operator.hyena.IncrementalFilters;
import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
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

    /** {@link H3Operator} for a sequence that grows: T steps cost O(T log² T), as in incremental convolutions. */
    static final class Incremental implements InferenceModule<FloatArray> {
        private final H3Config config;
        private final IncrementalFilters shift;
        private final IncrementalFilters diagonal;
        private final Dense inputProjection;
        private final Dense outputProjection;
        private final H3Heads.Activations kept = new H3Heads.Activations();

        /** For at most {@code capacity} steps, with the parameters of {@code pass} from now on. */
        Incremental(H3Config config, int capacity, ForwardContext<FloatArray> pass) {
            this.config = config;
            int products = config.headWidth() * config.headWidth();
            shift = config.shiftFilters().incremental(1, pass.ofLength(capacity));
            diagonal = config.diagonalFilters().incremental(products, pass.ofLength(capacity));
            inputProjection = Dense.in(config.width(), H3Config.PROJECTIONS * config.width());
            outputProjection = Dense.out(config.width());
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
}
