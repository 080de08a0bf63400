package io.github.hyenaspark.convolution;

/**
 * The passes of {@link RingKernel} over points: what is done to them, in which order, is fixed here, so that every
 * implementation gives the same bits.
 *
 * <p>Points lie as {@value #LANES} real parts, then their {@value #LANES} imaginary parts, and so on, whatever vectors
 * a machine has: a vector of 16 floats is one of these, vectors of 8 are halves, vectors of 4 quarters. Point t of all
 * is real part t mod 16 of group t / 16. A complex product z w is (fma(−z.im, w.im, z.re w.re), fma(z.re, w.im, z.im
 * w.re)), each product in the inner place rounded first; z conj(w) is (fma(z.im, w.im, z.re w.re), fma(−z.re, w.im,
 * z.im w.re)).
 *
 * <p>{@code from}, {@code to}, {@code half}, {@code quarter} and {@code width} count floats of {@code z}; {@code w}
 * from {@code at} on holds w, w², w³ of neighbouring rings ({@link RingKernel.Constants#of}).
 */
public interface RingPasses {
    /** Of the virtual vector that the order of all sums is defined on. */
    int LANES = 16;

    /**
     * The first pass, two levels of real rows: elements {@code from} to {@code to} of each quarter of {@code row ⊙
     * factor}; a quarter has {@code quarter} elements.
     */
    void splitRow(float[] row, Factor factor, float[] z, float[] w, int quarter, int from, int to);

    /** The last pass, real parts only, divided by the size; a second product unless its output is empty. */
    void joinRow(float[] z, Product first, Product second, float[] w, int quarter, int from, int to);

    /**
     * What a pass multiplies a row by, element by element: element t of the factor is {@code row[t & mask]}, so that a
     * factor of one is a short array read over and over. The row is not copied.
     */
    record Factor(float[] row, int mask) {
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

    /** The row that {@link #joinRow} makes is multiplied by {@code factor}. */
    record Product(Factor factor, float[] output) {}

    /** Two levels of {@code rings} rings. */
    void splitInFour(float[] z, int from, int quarter, int rings, float[] w, int at);

    /** Of one ring, and {@code width} floats of each of its quarters. */
    void splitRingInFour(float[] z, int from, int quarter, int width, float[] w, int at);

    void joinFromFour(float[] z, int from, int quarter, int rings, float[] w, int at);

    void joinRingFromFour(float[] z, int from, int quarter, int width, float[] w, int at);

    /** One level; a ring's r is its w². */
    void splitInTwo(float[] z, int from, int half, int rings, float[] w, int at);

    void joinFromTwo(float[] z, int from, int half, int rings, float[] w, int at);

    /** From rings of 16 points to rings of 4, turned as {@link QuadValues} want them. */
    void splitGroups(Turns turns, float[] z, int from, int to);

    void joinGroups(Turns turns, float[] z, int from, int to);

    QuadValues quads();

    /** From rings of four points to the values at the roots; products of values; and back. */
    interface QuadValues {
        void split(float[] z, int from, int to);

        /** Down to values, {@code *= h}, and up. */
        void convolve(float[] z, float[] h, int from, int to);

        /** Down to values, {@code sum += z conj(u)}, {@code z *= conj(h)}, and up. */
        void correlate(float[] z, float[] u, float[] h, float[] sum, int from, int to);

        void join(float[] values, float[] z, int from, int to);
    }
}
