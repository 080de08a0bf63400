package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/**
 * The inner filters of Hyena-SE and Hyena-MR (arXiv 2503.01868): explicit taps, those of MR times a fixed decay window,
 * which neighbouring channels may share. A filter ends with its last tap.
 */
public final class InnerFilter implements FilterMap<FloatArray> {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();

    private final Spec spec;
    private final float[][] windows; // of every row of parameters, K steps

    InnerFilter(Spec spec) {
        this.spec = spec;
        windows = new float[spec.rows()][spec.taps()];
        for (int row = 0; row < windows.length; row++) {
            for (int t = 0; t < spec.taps(); t++) {
                windows[row][t] = (float) spec.window(row, t);
            }
        }
    }

    @Override
    public void forward(FloatArray taps, ForwardContext<FloatArray> pass) {
        int length = pass.length();
        int known = spec.reach(length);
        float[] row = pass.pool().workspace(0).row(ROW, length);
        for (int m = 0; m < spec.filters(); m++) {
            pass.parameter("taps").read((long) spec.row(m) * spec.taps(), row, known);
            VectorOps.multiply(row, windows[spec.row(m)], row, known);
            Arrays.fill(row, known, length, 0f);
            taps.write((long) m * length, row, length);
        }
    }

    @Override
    public void backward(FloatArray gradient, ForwardContext<FloatArray> pass) {
        int known = spec.reach(pass.length());
        float[] row = pass.pool().workspace(0).row(ROW, known);
        float[] sum = pass.pool().workspace(0).row(SUM, known);
        for (int m = 0; m < spec.filters(); m++) {
            long at = (long) spec.row(m) * spec.taps();
            gradient.read((long) m * pass.length(), row, known);
            pass.gradient("taps").read(at, sum, known);
            VectorOps.addProduct(row, windows[spec.row(m)], sum, known);
            pass.gradient("taps").write(at, sum, known);
        }
    }

    /** The filters that StripedHyena 2 puts beside the long ones. */
    public enum Kind {
        /** Short, explicit: a few taps, initialised as PyTorch's {@code Conv1d}, uniform within 1/√K. */
        SE,
        /**
         * Medium, regularised: N(0, 1/K), times exp(−αt), t from 0 to 1 over the taps, α from 1 to 100 over the
         * filters, in equal ratios.
         */
        MR;

        /** The section of its settings, and the mixer's name. */
        public String settingName() {
            return "hyena-" + SettingNames.of(this);
        }
    }

    /**
     * Filters of a channel are neighbours; with sharing, channels share the first of theirs, the second, and so on.
     *
     * @param channels c, of a head
     * @param perChannel N−1, filters of every channel
     * @param taps K of every filter
     * @param group neighbouring channels that share their filters, a divisor of c
     */
    public record Spec(Kind kind, int channels, int perChannel, int taps, int group) implements FilterSpec {
        private static final double SLOWEST = 1;
        private static final double FASTEST = 100;

        @Override
        public int filters() {
            return channels * perChannel;
        }

        /** Filters that are not the same: rows of the parameter. */
        int rows() {
            return channels / group * perChannel;
        }

        /** The row of filter {@code m}. */
        int row(int m) {
            return m / perChannel / group * perChannel + m % perChannel;
        }

        /** The window of a row at tap {@code t}; 1 where there is none. */
        double window(int row, int t) {
            if (kind == Kind.SE || taps == 1) {
                return 1;
            }
            double place = rows() == 1 ? 0 : (double) row / (rows() - 1);
            double decay = SLOWEST * Math.pow(FASTEST / SLOWEST, place);
            return Math.exp(-decay * t / (taps - 1));
        }

        @Override
        public List<ParameterSpec> parameters(LinearInitializer linear) {
            double scale = 1 / Math.sqrt(taps);
            Initializer initial = kind == Kind.SE ? new Initializer.Uniform(scale) : new Initializer.Normal(scale);
            return List.of(new ParameterSpec("taps", List.of(rows(), taps), initial, ParameterSpec.Group.FILTER));
        }

        @Override
        public int reach(int length) {
            return Math.min(taps, length);
        }

        @Override
        public boolean direct(int length) {
            return ShortConvolution.isFaster(reach(length));
        }

        @Override
        public FilterMap<FloatArray> map() {
            return new InnerFilter(this);
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
                int row = spec.row(i / length);
                int t = i % length;
                taps[i] = t < spec.taps() ? pass.parameter("taps")[row * spec.taps() + t] * spec.window(row, t) : 0;
            }
        }

        @Override
        public void backward(double[] gradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            for (int i = 0; i < spec.filters() * length; i++) {
                int row = spec.row(i / length);
                int t = i % length;
                if (t < spec.taps()) {
                    pass.gradient("taps")[row * spec.taps() + t] += gradient[i] * spec.window(row, t);
                }
            }
        }
    }
}
