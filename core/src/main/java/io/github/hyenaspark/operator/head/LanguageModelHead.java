package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.tensor.Pass;

/**
 * The end of a language model: final layer normalisation, logits by the embedding's own weights (tied, no bias),
 * softmax cross entropy against integer targets. Parameters: {@code norm.weight}, {@code norm.bias} and
 * {@code embedding.weight}, V×D. A target below 0 counts in no loss. {@link TiedHead} runs, {@link PlainHead} checks
 * it.
 *
 * @param <A> the kind of arrays
 */
public interface LanguageModelHead<A> {
    /**
     * The sum of the losses of all counted targets.
     *
     * @param input B×D×L
     * @param targets B×L
     * @return nats
     */
    double loss(A input, int[] targets, Pass<A> pass);

    /**
     * The loss of every target by itself.
     *
     * @param losses of B×L, takes what is found
     */
    void losses(A input, int[] targets, TargetLosses losses, Pass<A> pass);

    /**
     * The sum of all losses; also writes the gradient, B×D×L, of the <em>mean</em> over counted targets and adds those
     * of the parameters.
     */
    double gradient(A input, int[] targets, A inputGradient, Pass<A> pass);

    /** Writes the normalised input, B×D×L, of which the logits are made. */
    void normed(A input, A normed, Pass<A> pass);

    /** Writes the logits, B×V×L. */
    void logits(A input, A logits, Pass<A> pass);

    /** How many targets count. */
    static int counted(int[] targets) {
        int counted = 0;
        for (int target : targets) {
            counted += target >= 0 ? 1 : 0;
        }
        return counted;
    }
}
