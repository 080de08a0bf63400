package io.github.hyenaspark.operator.filter;

import static io.github.hyenaspark.operator.nn.ParameterGroup.BASE;
import static io.github.hyenaspark.operator.nn.ParameterGroup.FILTER;

import io.github.hyenaspark.operator.nn.Initial;
import io.github.hyenaspark.operator.nn.LinearInitial;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;

/**
 * Filters that are responses of diagonal state-space models (S4D, arXiv 2206.11893): x' = A x + B u, y = 2 Re C x with
 * P = N/2 complex states, one of every conjugate pair, held over steps of Δ (zero-order hold). B is worked into C,
 * which the paper allows. Poles start as S4D-Lin, steps log-uniform in [0.001, 0.1], C complex normal.
 *
 * @param filters F, one model each
 * @param states N, real states of every model; even, at least 2
 */
public record StateSpaceDesign(int filters, int states) implements FilterDesign {
    private static final double SHORTEST_STEP = 0.001;
    private static final double LONGEST_STEP = 0.1;

    /** P. */
    int poles() {
        return states / 2;
    }

    @Override
    public List<ParameterSpec> parameters(LinearInitial linear) {
        double[] frequencies = new double[filters * poles()];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.PI * (i % poles());
        }
        Initial steps = new Initial.Between(Math.log(SHORTEST_STEP), Math.log(LONGEST_STEP));
        List<Integer> ofPoles = List.of(filters, poles());
        return List.of(
                new ParameterSpec("log-step", List.of(filters), steps, FILTER),
                new ParameterSpec("log-decay", ofPoles, new Initial.Constant(Math.log(0.5)), FILTER),
                new ParameterSpec("frequency", ofPoles, new Initial.Values(frequencies), FILTER),
                new ParameterSpec("output", List.of(filters, 2, poles()), new Initial.Normal(Math.sqrt(0.5)), BASE));
    }

    @Override
    public FilterMap<FloatArray> map() {
        return new StateSpaceFilter(this);
    }

    @Override
    public FilterMap<double[]> plainMap() {
        return new PlainStateSpace(this);
    }

    @Override
    public long productFlop(int length) {
        return 2L * length * filters * (2L + 4) * poles(); // forward, and for the sums of the backward pass
    }
}
