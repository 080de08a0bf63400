package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.Pass;

/** The plain double form of {@link ExplicitFilter}. */
final class PlainExplicit implements FilterMap<double[]> {
    private final ExplicitDesign design;

    PlainExplicit(ExplicitDesign design) {
        this.design = design;
    }

    @Override
    public void forward(double[] taps, Pass<double[]> pass) {
        int length = pass.length();
        for (int i = 0; i < design.filters() * length; i++) {
            int t = i % length;
            taps[i] = t < design.taps() ? pass.parameter("taps")[i / length * design.taps() + t] : 0;
        }
    }

    @Override
    public void backward(double[] gradient, Pass<double[]> pass) {
        int length = pass.length();
        for (int i = 0; i < design.filters() * length; i++) {
            if (i % length < design.taps()) {
                pass.gradient("taps")[i / length * design.taps() + i % length] += gradient[i];
            }
        }
    }
}
