package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * Layer norm, logits by the embedding's weights without a bias, softmax cross entropy against integer targets, where
 * one below 0 counts in no loss. Parameters: {@code norm.weight}, {@code norm.bias} and {@code embedding.weight}, V×D.
 */
public interface LanguageModelHead<A> {
    /** The sum of the losses of all counted targets, nats; the input is B×D×L, the targets B×L. */
    double loss(A input, int[] targets, ForwardContext<A> pass);

    /** Writes the loss of every target by itself. */
    void losses(A input, int[] targets, TargetLosses losses, ForwardContext<A> pass);

    /** The sum of all losses; also writes the gradient of their <em>mean</em>, B×D×L, and adds the parameters'. */
    double gradient(A input, int[] targets, A inputGradient, ForwardContext<A> pass);

    /** Writes the normalised input, B×D×L, of which the logits are made. */
    void normed(A input, A normed, ForwardContext<A> pass);

    /** Writes the logits, B×V×L. */
    void logits(A input, A logits, ForwardContext<A> pass);

    static int counted(int[] targets) {
        int counted = 0;
        for (int target : targets) {
            counted += target >= 0 ? 1 : 0;
        }
        return counted;
    }

    /** By target, B×L: nats, and whether no token has a higher logit; 0 and false where none counts. */
    public record TargetLosses(double[] nats, boolean[] likeliest) {
        public static TargetLosses of(int count) {
            return new TargetLosses(new double[count], new boolean[count]);
        }
    }
}
