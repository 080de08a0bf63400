package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.train.config.SettingCheck;

/**
 * Scales gradients down to a global norm, as PyTorch's {@code clip_grad_norm_} does: by min(1, limit / (norm + 1e-6)).
 *
 * @param limit largest norm, 0 for no limit
 */
public record GradientClip(double limit) {
    private static final double EPSILON = 1e-6;

    public GradientClip {
        SettingCheck.notNegative("train.clip-norm", limit);
    }

    /** The global Euclidean norm, summed in double. */
    public static double norm(float[] gradients) {
        double even = 0;
        double odd = 0;
        int i = 0;
        for (; i + 2 <= gradients.length; i += 2) {
            even += (double) gradients[i] * gradients[i];
            odd += (double) gradients[i + 1] * gradients[i + 1];
        }
        double last = i < gradients.length ? gradients[i] : 0;
        return Math.sqrt(even + odd + last * last);
    }

    /**
     * Clips in place and returns the norm before. If the norm is not finite, neither are the clipped gradients, and the
     * worker's result is refused later.
     */
    public double clip(float[] gradients) {
        double norm = norm(gradients);
        double factor = Math.min(1, limit / (norm + EPSILON));
        if (limit > 0 && factor != 1) {
            float narrowed = (float) factor;
            for (int i = 0; i < gradients.length; i++) {
                gradients[i] *= narrowed;
            }
        }
        return norm;
    }

    /** The double reference. */
    public double clip(double[] gradients) {
        double sum = 0;
        for (double gradient : gradients) {
            sum += gradient * gradient;
        }
        double norm = Math.sqrt(sum);
        double factor = limit > 0 ? Math.min(1, limit / (norm + EPSILON)) : 1;
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] *= factor;
        }
        return norm;
    }
}
