package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Scratch;
import java.util.Arrays;

/**
 * The responses of diagonal state-space models, h[t] = 2 Re Σ C E λ^t, as matrix products: a step t = bS + s has λ^t =
 * (λ^S)^b λ^s, so that the taps of one model, b by s, are the product of the powers of its blocks and the powers of the
 * steps of a block. Powers are worked out in double. {@link StateSpacePoles} has the formulas.
 */
final class StateSpaceFilter implements FilterMap<FloatArray> {
    /** Powers below it count for nothing, and would be slow. */
    private static final double SMALLEST = 1e-30;

    private static final int SHORTEST_BLOCK = 16;

    private final StateSpaceDesign design;

    StateSpaceFilter(StateSpaceDesign design) {
        this.design = design;
    }

    @Override
    public void forward(FloatArray taps, Pass<FloatArray> pass) {
        pass.team().divide(design.filters(), (member, from, to) -> {
            Blocks blocks = new Blocks(pass, pass.team().scratch(member));
            for (int m = from; m < to; m++) {
                blocks.forward(new StateSpacePoles(design, m, pass), taps, (long) m * pass.length());
            }
        });
    }

    @Override
    public void backward(FloatArray gradient, Pass<FloatArray> pass) {
        pass.team().divide(design.filters(), (member, from, to) -> {
            Blocks blocks = new Blocks(pass, pass.team().scratch(member));
            for (int m = from; m < to; m++) {
                StateSpacePoles poles = new StateSpacePoles(design, m, pass);
                poles.addGradients(blocks.sums(poles, gradient, (long) m * pass.length()), pass);
            }
        });
    }

    /** The steps of a filter, b by s, in the memory of one member. */
    private final class Blocks {
        private final int length;
        private final int steps; // S, of a block
        private final int count;
        private final int poles = design.poles();
        private final Matrix taps; // count×S
        private final Matrix ofSteps; // Re λ^s, Im λ^s, s Re λ^s, s Im λ^s; 4P×S
        private final Matrix ofBlocks; // 2 Re C E λ^bS, −2 Im C E λ^bS; count×2P
        private final Matrix products; // of the steps of a block with their powers, count×4P
        private final float[] row;
        private final float[] power;
        private final double[] blockRe = new double[design.poles()]; // λ^S
        private final double[] blockIm = new double[design.poles()];

        Blocks(Pass<FloatArray> pass, Scratch scratch) {
            length = pass.length();
            steps = Math.max(SHORTEST_BLOCK, 2 * Integer.highestOneBit((int) Math.sqrt(length)));
            count = (length + steps - 1) / steps;
            taps = Matrix.of(scratch.array("states.taps", (long) count * steps), count, steps);
            ofSteps = Matrix.of(scratch.array("states.steps", 4L * poles * steps), 4 * poles, steps);
            ofBlocks = Matrix.of(scratch.array("states.blocks", 2L * poles * count), count, 2 * poles);
            products = Matrix.of(scratch.array("states.products", 4L * poles * count), count, 4 * poles);
            row = scratch.row("states.row", count * steps);
            power = scratch.row("states.power", 4 * Math.max(steps, poles));
        }

        /** Writes the taps of one model from {@code start} on. */
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
            taps.set(ofBlocks, new Matrix(ofSteps.values(), 0, 2 * poles, steps, steps, false));
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
                    ofSteps.values().write((long) (part * poles + n) * steps, power, part * steps, steps);
                }
            }
        }

        /** Times λ^S. */
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
}
