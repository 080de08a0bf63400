package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import java.util.Map;

/** {@link AdamW} in double, straight from its formulas: for golden tests and gradient checks, not for training. */
public final class ReferenceAdamW {
    private final ParameterSpans spans;
    private final double beta1;
    private final double beta2;
    private final double[] firstMoment;
    private final double[] secondMoment;

    /** Starts with zero moments; parameters as for {@link AdamW#AdamW}. */
    public ReferenceAdamW(List<ParameterEntry> table, List<Double> betas) {
        this.spans = ParameterSpans.of(table);
        this.beta1 = betas.get(0);
        this.beta2 = betas.get(1);
        this.firstMoment = new double[spans.parameterCount()];
        this.secondMoment = new double[spans.parameterCount()];
    }

    /** Updates {@code theta} (P) in place; the other parameters as for {@link AdamW#update}. */
    public void update(
            double[] theta, double[] gradients, long step, Map<ParameterSpec.Group, AdamW.GroupRates> rates) {
        spans.checkCount("theta", theta.length);
        spans.checkCount("gradients", gradients.length);
        for (ParameterSpans.Span span : spans.list()) {
            AdamW.GroupRates group = span.ratesIn(rates);
            for (int i = span.from(); i < span.to(); i++) {
                theta[i] -= group.lr() * group.weightDecay() * theta[i];
                firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * gradients[i];
                secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * gradients[i] * gradients[i];
                double first = firstMoment[i] / (1 - Math.pow(beta1, step + 1.0));
                double second = secondMoment[i] / (1 - Math.pow(beta2, step + 1.0));
                theta[i] -= group.lr() * first / (Math.sqrt(second) + AdamW.EPSILON);
            }
        }
    }
}
