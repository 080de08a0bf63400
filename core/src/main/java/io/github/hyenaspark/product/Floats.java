package io.github.hyenaspark.product;

/**
 * Floats that stand one after the other and are copied in pieces. A product copies every operand into panels of its own
 * before it multiplies, so it does not matter whether they lie on the heap.
 */
public interface Floats {
    /** How many there are. */
    long length();

    /** Copies {@code count} elements from {@code from} on to {@code to[at...]}. */
    void read(long from, float[] to, int at, int count);

    /** Copies {@code source[at...]} to the {@code count} elements from {@code to} on. */
    void write(long to, float[] source, int at, int count);
}
