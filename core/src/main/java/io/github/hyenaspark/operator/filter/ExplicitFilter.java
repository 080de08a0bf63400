package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Rows;
import java.util.Arrays;

/** Copies taps that are parameters: h[t] = w[t] for t &lt; T, and zero from there on. */
final class ExplicitFilter implements FilterMap<FloatArray> {
    private final ExplicitDesign design;

    ExplicitFilter(ExplicitDesign design) {
        this.design = design;
    }

    @Override
    public void forward(FloatArray taps, Pass<FloatArray> pass) {
        int length = pass.length();
        int known = Math.min(design.taps(), length);
        float[] row = pass.team().scratch(0).row("explicit.row", length);
        for (int m = 0; m < design.filters(); m++) {
            pass.parameter("taps").read((long) m * design.taps(), row, known);
            Arrays.fill(row, known, length, 0f);
            taps.write((long) m * length, row, length);
        }
    }

    @Override
    public void backward(FloatArray gradient, Pass<FloatArray> pass) {
        int known = Math.min(design.taps(), pass.length());
        float[] row = pass.team().scratch(0).row("explicit.row", known);
        float[] sum = pass.team().scratch(0).row("explicit.sum", known);
        for (int m = 0; m < design.filters(); m++) {
            long at = (long) m * design.taps();
            gradient.read((long) m * pass.length(), row, known);
            pass.gradient("taps").read(at, sum, known);
            Rows.add(row, sum, known);
            pass.gradient("taps").write(at, sum, known);
        }
    }
}
