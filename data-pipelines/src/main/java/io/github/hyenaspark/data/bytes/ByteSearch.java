package io.github.hyenaspark.data.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Searches eight bytes at a time. */
public final class ByteSearch {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private ByteSearch() {}

    /** Eight bytes, the first one lowest. */
    public static long word(byte[] bytes, int at) {
        return (long) WORD.get(bytes, at);
    }

    /** A word of eight times this byte. */
    public static long repeated(int value) {
        return ONES * value;
    }

    /** High bits of the bytes that are zero; none if there is none, and the lowest one of them is right. */
    public static long zeros(long word) {
        return (word - ONES) & ~word & HIGH_BITS;
    }

    public static int indexOf(byte value, byte[] bytes, int from, int to) {
        long wanted = repeated(value & 0xFF);
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long found = zeros(word(bytes, i) ^ wanted);
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
        }
        while (i < to && bytes[i] != value) {
            i++;
        }
        return i;
    }
}
