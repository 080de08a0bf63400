package io.github.hyenaspark.train;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.ParameterGroup;
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
 * ε = 1e-8 stands beside the corrected root, as in PyTorch and not as in ND4J. {@link PlainAdamW} is the double form.
 */
public final class AdamW {
    static final double EPSILON = 1e-8;

    private final ParameterSpans spans;
    private final double beta1;
    private final double beta2;

    /**
     * @param table the model's parameters, without gaps from offset 0
     * @param betas β1 and β2
     */
    public AdamW(List<ParameterEntry> table, List<Double> betas) {
        this.spans = ParameterSpans.of(table);
        this.beta1 = betas.get(0);
        this.beta2 = betas.get(1);
    }

    /**
     * Updates {@code state} in place.
     *
     * @param gradients P, left as they are
     * @param step local steps of the run before this one, so t = step + 1
     * @param rates for every group of the table
     * @throws IllegalArgumentException if an array does not fit the table or a group has no rates
     */
    public void update(TrainingState state, float[] gradients, long step, Map<ParameterGroup, GroupRates> rates) {
        spans.checkCount("state", state.parameterCount());
        spans.checkCount("gradients", gradients.length);
        double correction1 = 1 - Math.pow(beta1, step + 1.0);
        double correction2 = Math.sqrt(1 - Math.pow(beta2, step + 1.0));
        for (ParameterSpans.Span span : spans.list()) {
            GroupRates group = span.ratesIn(rates);
            Factors factors =
                    new Factors((float) (group.lr() * group.weightDecay()), (float) (group.lr() / correction1), (float)
                            (1 / correction2));
            update(state, gradients, span, factors);
        }
    }

    /** All that depends on the step and the group alone, computed in double and rounded once. */
    private record Factors(float decay, float rate, float rootScale) {}

    private void update(TrainingState state, float[] gradients, ParameterSpans.Span span, Factors factors) {
        float[] theta = state.theta();
        float[] m = state.firstMoment();
        float[] v = state.secondMoment();
        float keep1 = (float) beta1;
        float take1 = (float) (1 - beta1);
        float keep2 = (float) beta2;
        float take2 = (float) (1 - beta2);
        float decay = factors.decay;
        float rate = factors.rate;
        float rootScale = factors.rootScale;
        float epsilon = (float) EPSILON;
        for (int i = span.from(); i < span.to(); i++) {
            float g = gradients[i];
            float first = keep1 * m[i] + take1 * g;
            float second = keep2 * v[i] + take2 * g * g;
            m[i] = first;
            v[i] = second;
            theta[i] = theta[i] - decay * theta[i] - rate * first / ((float) Math.sqrt(second) * rootScale + epsilon);
        }
    }
}
