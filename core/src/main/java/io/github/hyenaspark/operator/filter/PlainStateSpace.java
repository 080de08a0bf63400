package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.Pass;
import java.util.Arrays;

/** The plain double form of {@link StateSpaceFilter}: one pole, one step at a time. */
final class PlainStateSpace implements FilterMap<double[]> {
    private final StateSpaceDesign design;

    PlainStateSpace(StateSpaceDesign design) {
        this.design = design;
    }

    /** What is to be done for pole n of model m. */
    private interface Work {
        void run(int m, int n, Complex a, Complex output, double step);
    }

    @Override
    public void forward(double[] taps, Pass<double[]> pass) {
        int length = pass.length();
        Arrays.fill(taps, 0, design.filters() * length, 0);
        eachPole(pass, (m, n, a, output, step) -> {
            Complex gain = output.times(hold(a, step));
            for (int t = 0; t < length; t++) {
                taps[m * length + t] += 2 * gain.times(a.times(step * t).exp()).re();
            }
        });
    }

    @Override
    public void backward(double[] gradient, Pass<double[]> pass) {
        int length = pass.length();
        int poles = design.poles();
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

    private void eachPole(Pass<double[]> pass, Work work) {
        int poles = design.poles();
        for (int m = 0; m < design.filters(); m++) {
            double step = Math.exp(pass.parameter("log-step")[m]);
            for (int n = 0; n < poles; n++) {
                int at = m * poles + n;
                Complex a = new Complex(-Math.exp(pass.parameter("log-decay")[at]), pass.parameter("frequency")[at]);
                double[] output = pass.parameter("output");
                work.run(m, n, a, new Complex(output[2 * m * poles + n], output[(2 * m + 1) * poles + n]), step);
            }
        }
    }

    /** E = (exp(ΔA) − 1)/A. */
    private static Complex hold(Complex a, double step) {
        return a.times(step).exp().minus(new Complex(1, 0)).over(a);
    }

    /** A complex number. */
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
            return new Complex(Math.exp(re) * Math.cos(im), Math.exp(re) * Math.sin(im));
        }
    }
}
