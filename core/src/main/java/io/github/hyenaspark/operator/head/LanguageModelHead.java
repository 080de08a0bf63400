package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.LayerNorm;
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

    /** The head in plain double loops, step by step. */
    final class Reference implements LanguageModelHead<double[]> {
        @Override
        public double loss(double[] input, int[] targets, ForwardContext<double[]> pass) {
            return nats(probabilities(input, pass), targets, pass);
        }

        @Override
        public void losses(double[] input, int[] targets, TargetLosses losses, ForwardContext<double[]> pass) {
            double[] probabilities = probabilities(input, pass);
            for (int i = 0; i < targets.length; i++) {
                losses.nats()[i] = targets[i] < 0 ? 0 : nats(probabilities, targets, i, pass);
                losses.likeliest()[i] = targets[i] >= 0 && isLikeliest(probabilities, targets, i, pass);
            }
        }

        private static boolean isLikeliest(
                double[] probabilities, int[] targets, int i, ForwardContext<double[]> pass) {
            int first = i / pass.length() * vocabularySize(pass) * pass.length() + i % pass.length();
            double found = probabilities[first + targets[i] * pass.length()];
            for (int v = 0; v < vocabularySize(pass); v++) {
                if (probabilities[first + v * pass.length()] > found) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public double gradient(double[] input, int[] targets, double[] inputGradient, ForwardContext<double[]> pass) {
            double[] gradient = probabilities(input, pass);
            double nats = nats(gradient, targets, pass);
            int counted = Math.max(1, LanguageModelHead.counted(targets));
            int vocabularySize = vocabularySize(pass);
            for (int i = 0; i < gradient.length; i++) {
                int t = i % pass.length();
                int v = i / pass.length() % vocabularySize;
                int target = targets[i / (vocabularySize * pass.length()) * pass.length() + t];
                gradient[i] = target < 0 ? 0 : (gradient[i] - (v == target ? 1 : 0)) / counted;
            }
            double[] normed = LayerNorm.Reference.forward(input, pass.within("norm"));
            double[] dNormed =
                    Dense.Reference.backward("embedding.weight", new double[vocabularySize], normed, gradient, pass);
            double[] dx = LayerNorm.Reference.backward(input, dNormed, pass.within("norm"));
            System.arraycopy(dx, 0, inputGradient, 0, dx.length);
            return nats;
        }

        @Override
        public void normed(double[] input, double[] normed, ForwardContext<double[]> pass) {
            System.arraycopy(LayerNorm.Reference.forward(input, pass.within("norm")), 0, normed, 0, normed.length);
        }

        @Override
        public void logits(double[] input, double[] logits, ForwardContext<double[]> pass) {
            double[] result = Dense.Reference.forward(
                    pass.parameter("embedding.weight"),
                    new double[vocabularySize(pass)],
                    LayerNorm.Reference.forward(input, pass.within("norm")),
                    pass);
            System.arraycopy(result, 0, logits, 0, result.length);
        }

        private static int vocabularySize(ForwardContext<double[]> pass) {
            return pass.parameter("embedding.weight").length / pass.parameter("norm.weight").length;
        }

        private double[] probabilities(double[] input, ForwardContext<double[]> pass) {
            int vocabularySize = vocabularySize(pass);
            int length = pass.length();
            double[] p = new double[pass.batchSize() * vocabularySize * length];
            logits(input, p, pass);
            for (int b = 0; b < pass.batchSize(); b++) {
                for (int t = 0; t < length; t++) {
                    int at = b * vocabularySize * length + t;
                    double largest = Double.NEGATIVE_INFINITY;
                    for (int v = 0; v < vocabularySize; v++) {
                        largest = Math.max(largest, p[at + v * length]);
                    }
                    double sum = 0;
                    for (int v = 0; v < vocabularySize; v++) {
                        p[at + v * length] = StrictMath.exp(p[at + v * length] - largest);
                        sum += p[at + v * length];
                    }
                    for (int v = 0; v < vocabularySize; v++) {
                        p[at + v * length] /= sum;
                    }
                }
            }
            return p;
        }

        private static double nats(double[] probabilities, int[] targets, ForwardContext<double[]> pass) {
            double nats = 0;
            for (int i = 0; i < targets.length; i++) {
                nats += targets[i] < 0 ? 0 : nats(probabilities, targets, i, pass);
            }
            return nats;
        }

        private static double nats(double[] probabilities, int[] targets, int i, ForwardContext<double[]> pass) {
            int b = i / pass.length();
            int row = b * vocabularySize(pass) + targets[i];
            return -StrictMath.log(probabilities[row * pass.length() + i % pass.length()]);
        }
    }
}
