package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/** Copies taps that are parameters: h[t] = w[t] for t &lt; T, and zero from there on. */
public final class ExplicitFilter implements FilterMap<FloatArray> {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();

    private final Spec spec;

    ExplicitFilter(Spec spec) {
        this.spec = spec;
    }

    @Override
    public void forward(FloatArray taps, ForwardContext<FloatArray> pass) {
        int length = pass.length();
        int known = Math.min(spec.taps(), length);
        float[] row = pass.pool().workspace(0).row(ROW, length);
        for (int m = 0; m < spec.filters(); m++) {
            pass.parameter("taps").read((long) m * spec.taps(), row, known);
            Arrays.fill(row, known, length, 0f);
            taps.write((long) m * length, row, length);
        }
    }

    @Override
    public void backward(FloatArray gradient, ForwardContext<FloatArray> pass) {
        int known = Math.min(spec.taps(), pass.length());
        float[] row = pass.pool().workspace(0).row(ROW, known);
        float[] sum = pass.pool().workspace(0).row(SUM, known);
        for (int m = 0; m < spec.filters(); m++) {
            long at = (long) m * spec.taps();
            gradient.read((long) m * pass.length(), row, known);
            pass.gradient("taps").read(at, sum, known);
            VectorOps.add(row, sum, known);
            pass.gradient("taps").write(at, sum, known);
        }
    }

    /**
     * Filters whose T taps are the parameters, zero after the last, initialised as PyTorch's {@code Conv1d}: uniform
     * within 1/√taps.
     *
     * @param filters F
     */
    public record Spec(int filters, int taps, ParameterSpec.Group group) implements FilterSpec {
        @Override
        public List<ParameterSpec> parameters(LinearInitializer linear) {
            Initializer initial = new Initializer.Uniform(1 / Math.sqrt(taps));
            return List.of(new ParameterSpec("taps", List.of(filters, taps), initial, group));
        }

        @Override
        public FilterMap<FloatArray> map() {
            return new ExplicitFilter(this);
        }

        @Override
        public FilterMap<double[]> referenceModule() {
            return new Reference(this);
        }

        @Override
        public long productFlop(int length) {
            return 0;
        }
    }

    static final class Reference implements FilterMap<double[]> {
        private final Spec spec;

        Reference(Spec spec) {
            this.spec = spec;
        }

        @Override
        public void forward(double[] taps, ForwardContext<double[]> pass) {
            int length = pass.length();
            for (int i = 0; i < spec.filters() * length; i++) {
                int t = i % length;
                taps[i] = t < spec.taps() ? pass.parameter("taps")[i / length * spec.taps() + t] : 0;
            }
        }

        @Override
        public void backward(double[] gradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            for (int i = 0; i < spec.filters() * length; i++) {
                if (i % length < spec.taps()) {
                    pass.gradient("taps")[i / length * spec.taps() + i % length] += gradient[i];
                }
            }
        }
    }
}
