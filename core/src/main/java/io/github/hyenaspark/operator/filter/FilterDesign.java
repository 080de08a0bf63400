package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.nn.LinearInitial;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;

/** One way to make long filters, and all that an operator must know of it. */
public sealed interface FilterDesign permits ImplicitDesign, ExplicitDesign, FourierDesign, StateSpaceDesign {
    /** F. */
    int filters();

    /** The parameters in their order in memory, without a direct term. */
    List<ParameterSpec> parameters(LinearInitial linear);

    /** The form that runs. */
    FilterMap<FloatArray> map();

    /** The plain double form of {@link #map}, loops written from the formulas. */
    FilterMap<double[]> plainMap();

    /** Floating-point operations of the matrix products of {@code length} taps, forward and backward. */
    long productFlop(int length);
}
