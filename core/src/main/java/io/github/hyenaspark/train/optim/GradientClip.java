package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.product.Operand.Floats;
import io.github.hyenaspark.train.config.SettingCheck;

/**
 * Scales gradients down to a global norm, as PyTorch's {@code clip_grad_norm_} does: by min(1, limit / (norm + 1e-6)).
 *
 * @param limit largest norm, 0 for no limit
 */
public record GradientClip(double limit) {
    private static final double EPSILON = 1e-6;
    private static final int PIECE = 1 << 13; // even

    public GradientClip {
        SettingCheck.notNegative("train.clip-norm", limit);
    }

    /** The global Euclidean norm, summed in double, elements with even and with odd numbers apart. */
    public static double norm(Floats gradients) {
        double even = 0;
        double odd = 0;
        float[] piece = new float[PIECE];
        for (long from = 0; from < gradients.length(); from += PIECE) {
            int count = (int) Math.min(PIECE, gradients.length() - from);
            gradients.read(from, piece, 0, count);
            int i = 0;
            for (; i + 2 <= count; i += 2) {
                even += (double) piece[i] * piece[i];
                odd += (double) piece[i + 1] * piece[i + 1];
            }
            if (i < count) { // the last of all
                return Math.sqrt(even + odd + (double) piece[i] * piece[i]);
            }
        }
        return Math.sqrt(even + odd);
    }

    /**
     * Clips in place and returns the norm before. If the norm is not finite, neither are the clipped gradients, and the
     * worker's result is refused later.
     */
    public double clip(Floats gradients) {
        double norm = norm(gradients);
        double factor = Math.min(1, limit / (norm + EPSILON));
        if (limit > 0 && factor != 1) {
            scale(gradients, (float) factor);
        }
        return norm;
    }

    private static void scale(Floats gradients, float factor) {
        float[] piece = new float[PIECE];
        for (long from = 0; from < gradients.length(); from += PIECE) {
            int count = (int) Math.min(PIECE, gradients.length() - from);
            gradients.read(from, piece, 0, count);
            for (int i = 0; i < count; i++) {
                piece[i] *= factor;
            }
            gradients.write(from, piece, 0, count);
        }
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
