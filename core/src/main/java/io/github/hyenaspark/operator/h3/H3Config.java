package io.github.hyenaspark.operator.h3;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.filter.StateSpaceFilter;
import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One H3 operator (arXiv 2212.14052, algorithm 1) of D channels and up to {@code maxLength} tokens.
 *
 * @param states N, real states of every state-space model, even; also the taps of the shift
 * @param headWidth c, channels of one head, which multiplies keys and values as an outer product; divides {@code width}
 */
public record H3Config(int width, int maxLength, int states, int headWidth) implements MixerConfig {
    static final int PROJECTIONS = 3;

    public H3Config {
        MixerConfig.checkSizes(width, maxLength);
        MixerConfig.check(states >= 2 && states % 2 == 0, "h3.states", states, "an even number of at least 2");
        boolean divides = headWidth >= 1 && width % headWidth == 0;
        MixerConfig.check(divides, "h3.head-dim", headWidth, "a divisor of d-model " + width);
    }

    /** H = D/c. */
    public int heads() {
        return width / headWidth;
    }

    /** The model of every key channel, whose state is its last N inputs. */
    ExplicitFilter.Spec shift() {
        return new ExplicitFilter.Spec(width, states, BASE);
    }

    /** The diagonal model of every head. */
    StateSpaceFilter.Spec diagonal() {
        return new StateSpaceFilter.Spec(heads(), states);
    }

    @Override
    public List<ParameterSpec> parameters(LinearInitializer linear) {
        List<ParameterSpec> specs =
                new ArrayList<>(Dense.in(width, PROJECTIONS * width).parameters(linear));
        model(shift(), linear).forEach(spec -> specs.add(spec.within("shift")));
        model(diagonal(), linear).forEach(spec -> specs.add(spec.within("diagonal")));
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    private static Stream<ParameterSpec> model(FilterSpec spec, LinearInitializer linear) {
        ParameterSpec direct = new ParameterSpec("direct", List.of(spec.filters()), new Initializer.Normal(1), BASE);
        return Stream.concat(spec.parameters(linear).stream(), Stream.of(direct));
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new H3Operator(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new ReferenceH3(this);
    }

    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new H3Operator(this, capacity, pass);
    }

    /** Kept are projections, shifted keys, outputs of the diagonal models, and the input of the output projection. */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long dense = MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * (PROJECTIONS + 1) * width * width;
        long kept = (PROJECTIONS + 2L + headWidth) * tokens * width + (long) (width + heads()) * length;
        long rows = 4L * headWidth + 23; // of a head, and of the plans and spectra of both convolutions
        return new MixerConfig.Cost(
                dense + diagonal().productFlop(length), 1 + headWidth, headWidth, kept, rows * length);
    }

    LongFilters shiftFilters() {
        return new LongFilters("shift", 0, shift(), 1, true);
    }

    LongFilters diagonalFilters() {
        return new LongFilters("diagonal", 1, diagonal(), 1, true);
    }
}
