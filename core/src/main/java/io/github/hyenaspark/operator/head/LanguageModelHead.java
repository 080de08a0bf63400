package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * The end of a language model: final layer normalisation, logits by the embedding's own weights (tied, no bias),
 * softmax cross entropy against integer targets; a target below 0 counts in no loss. Parameters: {@code norm.weight},
 * {@code norm.bias} and {@code embedding.weight}, V×D. {@link TiedHead} runs, {@link ReferenceHead} checks it.
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

    /** How many targets count. */
    static int counted(int[] targets) {
        int counted = 0;
        for (int target : targets) {
            counted += target >= 0 ? 1 : 0;
        }
        return counted;
    }

    /**
     * The results of every target. The arrays are those that were given, so records are not compared by {@code equals}.
     *
     * @param nats the losses, B×L; 0 where none counts
     * @param likeliest whether no token has a higher logit than the target, B×L; false where none counts
     */
    public record TargetLosses(double[] nats, boolean[] likeliest) {
        public static TargetLosses of(int count) {
            return new TargetLosses(new double[count], new boolean[count]);
        }
    }
}
