package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.operator.filter.FilterSpec.FilterMap;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/** Copies taps that are parameters: h[t] = w[t], perhaps times a window, for t &lt; T, and zero from there on. */
public final class ExplicitFilter implements FilterMap<FloatArray> {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();

    private final Taps spec;
    private final float[][] windows; // of every row of the parameter, T steps; empty without windows

    ExplicitFilter(Taps spec) {
        this.spec = spec;
        windows = new float[spec.hasWindow() ? spec.rows() : 0][spec.taps()];
        for (int row = 0; row < windows.length; row++) {
            for (int t = 0; t < spec.taps(); t++) {
                windows[row][t] = (float) spec.window(row, t);
            }
        }
    }

    @Override
    public void forward(FloatArray taps, ForwardContext<FloatArray> pass) {
        int length = pass.length();
        int known = Math.min(spec.taps(), length);
        float[] row = pass.pool().workspace(0).row(ROW, length);
        for (int m = 0; m < spec.filters(); m++) {
            pass.parameter(spec.parameter()).read(start(m, known), row, known);
            orderAndWindow(m, row, known);
            Arrays.fill(row, known, length, 0f);
            taps.write((long) m * length, row, length);
        }
    }

    @Override
    public void backward(FloatArray gradient, ForwardContext<FloatArray> pass) {
        int known = Math.min(spec.taps(), pass.length());
        float[] row = pass.pool().workspace(0).row(ROW, known);
        float[] sum = pass.pool().workspace(0).row(SUM, known);
        FloatArray total = pass.gradient(spec.parameter());
        for (int m = 0; m < spec.filters(); m++) {
            gradient.read((long) m * pass.length(), row, known);
            orderAndWindow(m, row, known);
            total.read(start(m, known), sum, known);
            VectorOps.add(row, sum, known);
            total.write(start(m, known), sum, known);
        }
    }

    /** Where the first {@code known} taps of filter {@code m} are. */
    private long start(int m, int known) {
        return (long) spec.row(m) * spec.taps() + (spec.latestLast() ? spec.taps() - known : 0);
    }

    /** From the taps of the parameter to those of the filter, or from the gradient of these to that of the former. */
    private void orderAndWindow(int m, float[] row, int known) {
        for (int t = 0; spec.latestLast() && t < known / 2; t++) {
            float first = row[t];
            row[t] = row[known - 1 - t];
            row[known - 1 - t] = first;
        }
        if (spec.hasWindow()) {
            VectorOps.multiply(row, windows[spec.row(m)], row, known);
        }
    }

    /** Filters whose T taps are rows of one parameter. */
    public sealed interface Taps extends FilterSpec permits Spec, LatestLast, Inner {
        int taps();

        default String parameter() {
            return "taps";
        }

        /** Whether the last tap of a row is the present, and not the first. */
        default boolean latestLast() {
            return false;
        }

        /** Filters that are not the same. */
        default int rows() {
            return filters();
        }

        /** The row of filter {@code m}. */
        default int row(int m) {
            return m;
        }

        default boolean hasWindow() {
            return false;
        }

        /** What tap {@code t} of a row is multiplied by. */
        default double window(int row, int t) {
            return 1;
        }

        @Override
        default FilterMap<FloatArray> map() {
            return new ExplicitFilter(this);
        }

        @Override
        default FilterMap<double[]> referenceModule() {
            return new Reference(this);
        }

        @Override
        default long productFlop(int length) {
            return 0;
        }
    }

    /**
     * Filters that are zero after the last tap, initialised as PyTorch's {@code Conv1d}: uniform within 1/√taps.
     *
     * @param filters F
     */
    public record Spec(int filters, int taps, ParameterSpec.Group group) implements Taps {
        @Override
        public List<ParameterSpec> parameters(Initializer.Linear linear) {
            Initializer initial = new Initializer.Uniform(1 / Math.sqrt(taps));
            return List.of(new ParameterSpec("taps", List.of(filters, taps), initial, group));
        }
    }

    /** Filters with a bias that end with their last tap, in the order of PyTorch's {@code conv1d}. */
    public record LatestLast(int filters, int taps) implements Taps {
        @Override
        public String parameter() {
            return "weight";
        }

        @Override
        public boolean latestLast() {
            return true;
        }

        @Override
        public boolean hasBias() {
            return true;
        }

        @Override
        public List<ParameterSpec> parameters(Initializer.Linear linear) {
            Initializer fading = new Initializer.Fading(filters, taps);
            return List.of(
                    new ParameterSpec("weight", List.of(filters, taps), fading, ParameterSpec.Group.BASE),
                    new ParameterSpec("bias", List.of(filters), new Initializer.Constant(0), ParameterSpec.Group.BASE));
        }

        @Override
        public int reach(int length) {
            return Math.min(taps, length);
        }

        @Override
        public boolean direct(int length) {
            return ShortConvolution.isFaster(taps);
        }

        @Override
        public boolean needsRecentInputs(int capacity) {
            return direct(capacity);
        }
    }

    static final class Reference implements FilterMap<double[]> {
        private final Taps spec;

        Reference(Taps spec) {
            this.spec = spec;
        }

        @Override
        public void forward(double[] taps, ForwardContext<double[]> pass) {
            int length = pass.length();
            double[] parameter = pass.parameter(spec.parameter());
            for (int i = 0; i < spec.filters() * length; i++) {
                int row = spec.row(i / length);
                int t = i % length;
                taps[i] = t < spec.taps() ? parameter[index(row, t)] * spec.window(row, t) : 0;
            }
        }

        @Override
        public void backward(double[] gradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            for (int i = 0; i < spec.filters() * length; i++) {
                int row = spec.row(i / length);
                int t = i % length;
                if (t < spec.taps()) {
                    pass.gradient(spec.parameter())[index(row, t)] += gradient[i] * spec.window(row, t);
                }
            }
        }

        private int index(int row, int t) {
            return row * spec.taps() + (spec.latestLast() ? spec.taps() - 1 - t : t);
        }
    }

    /**
     * The inner filters of Hyena-SE and Hyena-MR (arXiv 2503.01868): explicit taps, those of MR times a fixed decay
     * window. A filter ends with its last tap. Filters of a channel are neighbours; neighbouring channels may share the
     * first of theirs, the second, and so on.
     *
     * @param channels c, of a head
     * @param perChannel N−1, filters of every channel
     * @param taps K of every filter
     * @param group neighbouring channels that share their filters, a divisor of c
     */
    public record Inner(Kind kind, int channels, int perChannel, int taps, int group) implements ExplicitFilter.Taps {
        private static final double SLOWEST = 1;
        private static final double FASTEST = 100;

        @Override
        public int filters() {
            return channels * perChannel;
        }

        @Override
        public int rows() {
            return channels / group * perChannel;
        }

        @Override
        public int row(int m) {
            return m / perChannel / group * perChannel + m % perChannel;
        }

        @Override
        public boolean hasWindow() {
            return kind == Kind.MR && taps > 1;
        }

        @Override
        public double window(int row, int t) {
            if (!hasWindow()) {
                return 1;
            }
            double place = rows() == 1 ? 0 : (double) row / (rows() - 1);
            double decay = SLOWEST * StrictMath.pow(FASTEST / SLOWEST, place);
            return StrictMath.exp(-decay * t / (taps - 1));
        }

        @Override
        public List<ParameterSpec> parameters(Initializer.Linear linear) {
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
    }
}
