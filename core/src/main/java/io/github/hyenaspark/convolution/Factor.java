package io.github.hyenaspark.convolution;

/**
 * What a row is multiplied by, element by element, while a pass has it in its registers: element t of the factor is
 * {@code row[t & mask]}, so that a factor of one is a short array read over and over. The row is not copied.
 */
public record Factor(float[] row, int mask) {
    /** Sixteen ones, as many as the widest vector has lanes; read from its start only. */
    static final Factor ONE = new Factor(new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0);

    static Factor of(float[] row) {
        return new Factor(row, -1);
    }

    /** {@code output = input ⊙ this}, the first {@code length} elements. */
    void multiply(float[] input, float[] output, int length) {
        if (mask == 0) {
            System.arraycopy(input, 0, output, 0, length);
            return;
        }
        for (int t = 0; t < length; t++) {
            output[t] = input[t] * row[t];
        }
    }
}
