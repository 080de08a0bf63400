package io.github.hyenaspark.operator.filter;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.FILTER;

import io.github.hyenaspark.operator.filter.FilterSpec.FilterMap;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/**
 * The responses of diagonal state-space models, h[t] = 2 Re Σ C E λ^t, as matrix products: with t = bS + s, λ^t =
 * (λ^S)^b λ^s, so the taps of a model, b by s, are the powers of its blocks times the powers of the steps of a block.
 * Powers are computed in double. {@link StateSpacePoles} has the formulas.
 */
public final class StateSpaceFilter implements FilterMap<FloatArray> {
    private static final Workspace.Slot<FloatArray> TAPS = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> STEPS = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> BLOCKS = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> PRODUCTS = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> POWER = Workspace.Slot.row();

    /** Powers below it count for nothing, and would be slow. */
    private static final double SMALLEST = 1e-30;

    private static final int SHORTEST_BLOCK = 16;

    private final Spec spec;

    StateSpaceFilter(Spec spec) {
        this.spec = spec;
    }

    @Override
    public void forward(FloatArray taps, ForwardContext<FloatArray> pass) {
        pass.pool().divide(spec.filters(), (member, from, to) -> {
            Blocks blocks = new Blocks(pass, pass.pool().workspace(member));
            for (int m = from; m < to; m++) {
                blocks.forward(new StateSpacePoles(spec, m, pass), taps, (long) m * pass.length());
            }
        });
    }

    @Override
    public void backward(FloatArray gradient, ForwardContext<FloatArray> pass) {
        pass.pool().divide(spec.filters(), (member, from, to) -> {
            Blocks blocks = new Blocks(pass, pass.pool().workspace(member));
            for (int m = from; m < to; m++) {
                StateSpacePoles poles = new StateSpacePoles(spec, m, pass);
                poles.addGradients(blocks.sums(poles, gradient, (long) m * pass.length()), pass);
            }
        });
    }

    /** The steps of a filter, b by s, in the memory of one member. */
    private final class Blocks {
        private final int length;
        private final int steps; // S, of a block
        private final int count;
        private final int poles = spec.poles();
        private final Matrix taps; // count×S
        private final Matrix ofSteps; // Re λ^s, Im λ^s, s Re λ^s, s Im λ^s; 4P×S
        private final Matrix ofBlocks; // 2 Re C E λ^bS, −2 Im C E λ^bS; count×2P
        private final Matrix products; // of the steps of a block with their powers, count×4P
        private final float[] row;
        private final float[] power;
        private final double[] blockRe = new double[spec.poles()]; // λ^S
        private final double[] blockIm = new double[spec.poles()];

        Blocks(ForwardContext<FloatArray> pass, Workspace workspace) {
            length = pass.length();
            steps = Math.max(SHORTEST_BLOCK, 2 * Integer.highestOneBit((int) Math.sqrt(length)));
            count = (length + steps - 1) / steps;
            taps = Matrix.of(workspace.array(TAPS, (long) count * steps), count, steps);
            ofSteps = Matrix.of(workspace.array(STEPS, 4L * poles * steps), 4 * poles, steps);
            ofBlocks = Matrix.of(workspace.array(BLOCKS, 2L * poles * count), count, 2 * poles);
            products = Matrix.of(workspace.array(PRODUCTS, 4L * poles * count), count, 4 * poles);
            row = workspace.row(ROW, count * steps);
            power = workspace.row(POWER, 4 * Math.max(steps, poles));
        }

        void forward(StateSpacePoles model, FloatArray to, long start) {
            powersOfSteps(model);
            double[] re = model.gainRe.clone();
            double[] im = model.gainIm.clone();
            for (int b = 0; b < count; b++) {
                for (int n = 0; n < poles; n++) {
                    power[n] = flushed(re[n]);
                    power[poles + n] = flushed(-im[n]);
                }
                ofBlocks.write(b, power);
                nextBlock(re, im);
            }
            taps.set(ofBlocks, ofSteps.part(0, 2 * poles));
            taps.read(0, count, row);
            to.write(start, row, length);
        }

        /** Σ g[t] λ^t and Σ g[t] t λ^t of every pole, for the gradient of the taps from {@code start} on. */
        double[][] sums(StateSpacePoles model, FloatArray gradient, long start) {
            powersOfSteps(model);
            gradient.read(start, row, length);
            Arrays.fill(row, length, count * steps, 0f);
            taps.write(0, count, row);
            products.set(taps, ofSteps.t());
            double[][] sums = new double[4][poles];
            double[] re = new double[poles];
            double[] im = new double[poles];
            Arrays.fill(re, 1);
            for (int b = 0; b < count; b++) {
                products.read(b, power);
                for (int n = 0; n < poles; n++) {
                    double x = power[n];
                    double y = power[poles + n];
                    double tx = power[2 * poles + n] + (double) b * steps * x;
                    double ty = power[3 * poles + n] + (double) b * steps * y;
                    sums[0][n] += re[n] * x - im[n] * y;
                    sums[1][n] += re[n] * y + im[n] * x;
                    sums[2][n] += re[n] * tx - im[n] * ty;
                    sums[3][n] += re[n] * ty + im[n] * tx;
                }
                nextBlock(re, im);
            }
            return sums;
        }

        private void powersOfSteps(StateSpacePoles model) {
            model.power(steps, blockRe, blockIm);
            for (int n = 0; n < poles; n++) {
                double re = 1;
                double im = 0;
                for (int s = 0; s < steps; s++) {
                    power[s] = flushed(re);
                    power[steps + s] = flushed(im);
                    power[2 * steps + s] = flushed(s * re);
                    power[3 * steps + s] = flushed(s * im);
                    double next = re * model.re[n] - im * model.im[n];
                    im = re * model.im[n] + im * model.re[n];
                    re = next;
                }
                for (int part = 0; part < 4; part++) {
                    ofSteps.write(part * poles + n, 0, power, part * steps, steps);
                }
            }
        }

        private void nextBlock(double[] re, double[] im) {
            for (int n = 0; n < poles; n++) {
                double next = re[n] * blockRe[n] - im[n] * blockIm[n];
                im[n] = re[n] * blockIm[n] + im[n] * blockRe[n];
                re[n] = next;
            }
        }
    }

    private static float flushed(double x) {
        return Math.abs(x) < SMALLEST ? 0f : (float) x;
    }

    /** The double reference of {@link StateSpaceFilter}: one pole, one step at a time. */
    static final class Reference implements FilterMap<double[]> {
        private final Spec spec;

        Reference(Spec spec) {
            this.spec = spec;
        }

        private interface PoleTask {
            void run(int m, int n, Complex a, Complex output, double step);
        }

        @Override
        public void forward(double[] taps, ForwardContext<double[]> pass) {
            int length = pass.length();
            Arrays.fill(taps, 0, spec.filters() * length, 0);
            eachPole(pass, (m, n, a, output, step) -> {
                Complex gain = output.times(hold(a, step));
                for (int t = 0; t < length; t++) {
                    taps[m * length + t] +=
                            2 * gain.times(a.times(step * t).exp()).re();
                }
            });
        }

        @Override
        public void backward(double[] gradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            int poles = spec.poles();
            eachPole(pass, (m, n, a, output, step) -> {
                Complex hold = hold(a, step);
                Complex stepped = a.times(step).exp();
                // derivatives of C E exp(ΔAt) by C, by A and by Δ, each times the gradient
                Complex byOutput = new Complex(0, 0);
                Complex byPole = new Complex(0, 0);
                Complex byStep = new Complex(0, 0);
                Complex holdByPole = stepped.times(step).minus(hold).over(a);
                for (int t = 0; t < length; t++) {
                    Complex power = a.times(step * t).exp().times(2 * gradient[m * length + t]);
                    byOutput = byOutput.plus(hold.times(power));
                    byPole = byPole.plus(
                            holdByPole.plus(hold.times(step * t)).times(output).times(power));
                    byStep = byStep.plus(
                            stepped.plus(hold.times(a).times(t)).times(output).times(power));
                }
                pass.gradient("output")[2 * m * poles + n] += byOutput.re();
                pass.gradient("output")[(2 * m + 1) * poles + n] -= byOutput.im();
                pass.gradient("log-decay")[m * poles + n] += byPole.re() * a.re(); // A = −exp(a) + iω
                pass.gradient("frequency")[m * poles + n] -= byPole.im();
                pass.gradient("log-step")[m] += byStep.re() * step;
            });
        }

        private void eachPole(ForwardContext<double[]> pass, PoleTask task) {
            int poles = spec.poles();
            for (int m = 0; m < spec.filters(); m++) {
                double step = StrictMath.exp(pass.parameter("log-step")[m]);
                for (int n = 0; n < poles; n++) {
                    int at = m * poles + n;
                    Complex a = new Complex(
                            -StrictMath.exp(pass.parameter("log-decay")[at]), pass.parameter("frequency")[at]);
                    double[] output = pass.parameter("output");
                    task.run(m, n, a, new Complex(output[2 * m * poles + n], output[(2 * m + 1) * poles + n]), step);
                }
            }
        }

        /** E = (exp(ΔA) − 1)/A. */
        private static Complex hold(Complex a, double step) {
            return a.times(step).exp().minus(new Complex(1, 0)).over(a);
        }

        private record Complex(double re, double im) {
            Complex plus(Complex other) {
                return new Complex(re + other.re, im + other.im);
            }

            Complex minus(Complex other) {
                return new Complex(re - other.re, im - other.im);
            }

            Complex times(double factor) {
                return new Complex(factor * re, factor * im);
            }

            Complex times(Complex other) {
                return new Complex(re * other.re - im * other.im, re * other.im + im * other.re);
            }

            Complex over(Complex other) {
                double square = other.re * other.re + other.im * other.im;
                return times(new Complex(other.re / square, -other.im / square));
            }

            Complex exp() {
                return new Complex(StrictMath.exp(re) * StrictMath.cos(im), StrictMath.exp(re) * StrictMath.sin(im));
            }
        }
    }

    /**
     * Filters that are responses of diagonal state-space models (S4D, arXiv 2206.11893): x' = A x + B u, y = 2 Re C x
     * with P = N/2 complex states, one of every conjugate pair, held over steps of Δ (zero-order hold). B is part of C,
     * which the paper allows. Poles start as S4D-Lin, steps log-uniform in [0.001, 0.1], C complex normal.
     *
     * @param filters F, one model each
     * @param states N, real states of every model; even, at least 2
     */
    public record Spec(int filters, int states) implements FilterSpec {
        private static final double SHORTEST_STEP = 0.001;
        private static final double LONGEST_STEP = 0.1;

        /** P. */
        int poles() {
            return states / 2;
        }

        @Override
        public List<ParameterSpec> parameters(Initializer.Linear linear) {
            double[] frequencies = new double[filters * poles()];
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = Math.PI * (i % poles());
            }
            Initializer steps = new Initializer.Between(StrictMath.log(SHORTEST_STEP), StrictMath.log(LONGEST_STEP));
            List<Integer> ofPoles = List.of(filters, poles());
            return List.of(
                    new ParameterSpec("log-step", List.of(filters), steps, FILTER),
                    new ParameterSpec("log-decay", ofPoles, new Initializer.Constant(StrictMath.log(0.5)), FILTER),
                    new ParameterSpec("frequency", ofPoles, new Initializer.Values(frequencies), FILTER),
                    new ParameterSpec(
                            "output", List.of(filters, 2, poles()), new Initializer.Normal(Math.sqrt(0.5)), BASE));
        }

        @Override
        public FilterMap<FloatArray> map() {
            return new StateSpaceFilter(this);
        }

        @Override
        public FilterMap<double[]> referenceModule() {
            return new Reference(this);
        }

        @Override
        public long productFlop(int length) {
            return 2L * length * filters * (2L + 4) * poles(); // forward, and for the sums of the backward pass
        }
    }
}
