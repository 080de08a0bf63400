package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/** The head in plain double loops, step by step. */
public final class ReferenceHead implements LanguageModelHead<double[]> {
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

    private static boolean isLikeliest(double[] probabilities, int[] targets, int i, ForwardContext<double[]> pass) {
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
