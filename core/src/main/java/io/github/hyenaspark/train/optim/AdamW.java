package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.product.Operand.Floats;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101) in one pass over the flat arrays, with rates by group. With t
 * counted from 1, all per element:
 *
 * <pre>
 *   θ ← θ - lr·wd·θ
 *   m ← β1 m + (1 - β1) g      v ← β2 v + (1 - β2) g²
 *   θ ← θ - lr · m/(1 - β1^t) / (√(v/(1 - β2^t)) + ε)
 * </pre>
 *
 * ε = 1e-8 is added to the corrected root, as in PyTorch and unlike ND4J. For one thread at a time.
 */
final class AdamW {
    static final double EPSILON = 1e-8;

    private static final int PIECE = 1024;

    private final float[] theta = new float[PIECE];
    private final float[] gradient = new float[PIECE];
    private final float[] first = new float[PIECE];
    private final float[] second = new float[PIECE];
    private final MomentLayout layout;
    private final double beta1;
    private final double beta2;

    /** @param betas β1 and β2 */
    AdamW(MomentLayout layout, List<Double> betas) {
        this.layout = layout;
        this.beta1 = betas.get(0);
        this.beta2 = betas.get(1);
    }

    /** Updates its parameters and their moments in place; see {@link Optimizer#update}. */
    void update(
            TrainingState state, Floats gradients, long step, Map<ParameterSpec.Group, Optimizer.GroupRates> rates) {
        double correction1 = 1 - StrictMath.pow(beta1, step + 1.0);
        double correction2 = Math.sqrt(1 - StrictMath.pow(beta2, step + 1.0));
        for (MomentLayout.Span span : layout.spans()) {
            Optimizer.GroupRates group = Optimizer.GroupRates.in(rates, span.group());
            Factors factors =
                    new Factors((float) (group.lr() * group.weightDecay()), (float) (group.lr() / correction1), (float)
                            (1 / correction2));
            update(state, gradients, span, factors);
        }
    }

    /** What depends on step and group only, computed in double and rounded once. */
    private record Factors(float decay, float rate, float rootScale) {}

    /** One piece at a time, in loops short enough for the compiler to vectorise. */
    private void update(TrainingState state, Floats gradients, MomentLayout.Span span, Factors factors) {
        for (int from = 0; from < span.count(); from += PIECE) {
            int count = Math.min(PIECE, span.count() - from);
            int at = span.at() + from;
            int moment = span.moment() + from;
            gradients.read(at, gradient, 0, count);
            System.arraycopy(state.firstMoment(), moment, first, 0, count);
            average(first, gradient, (float) beta1, (float) (1 - beta1), count);
            System.arraycopy(first, 0, state.firstMoment(), moment, count);
            System.arraycopy(state.secondMoment(), moment, second, 0, count);
            averageOfSquares(second, gradient, (float) beta2, (float) (1 - beta2), count);
            System.arraycopy(second, 0, state.secondMoment(), moment, count);
            denominators(second, factors.rootScale, count);
            System.arraycopy(state.theta(), at, theta, 0, count);
            step(factors.decay, factors.rate, count);
            System.arraycopy(theta, 0, state.theta(), at, count);
        }
    }

    private static void average(float[] mean, float[] values, float keep, float take, int count) {
        for (int i = 0; i < count; i++) {
            mean[i] = keep * mean[i] + take * values[i];
        }
    }

    private static void averageOfSquares(float[] mean, float[] values, float keep, float take, int count) {
        for (int i = 0; i < count; i++) {
            mean[i] = keep * mean[i] + take * values[i] * values[i];
        }
    }

    private static void denominators(float[] second, float rootScale, int count) {
        for (int i = 0; i < count; i++) {
            second[i] = (float) Math.sqrt(second[i]) * rootScale + (float) EPSILON;
        }
    }

    private void step(float decay, float rate, int count) {
        for (int i = 0; i < count; i++) {
            first[i] = rate * first[i] / second[i];
        }
        for (int i = 0; i < count; i++) {
            theta[i] = theta[i] - decay * theta[i] - first[i];
        }
    }
}
