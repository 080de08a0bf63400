package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.product.Operand.Floats;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Row-major floats outside the heap, where ND4J has them: a buffer of its own, or the memory of an {@link INDArray}.
 * Threads may read, and write different places, at the same time.
 */
public final class FloatArray implements Floats {
    /** A buffer ends before 2 GiB, so a long array has several views of 2^28 elements. */
    private static final int PIECE_BITS = 28;

    private static final int PIECE_MASK = (1 << PIECE_BITS) - 1;

    private static final int FAR_TOO_LARGE = 256;

    private final FloatPointer pointer;
    private final FloatBuffer[] pieces;
    private long length; // 0 once its memory is freed

    @SuppressWarnings("UnusedVariable") // keeps the memory that the pointer looks into
    private final Object owner;

    private FloatArray(FloatPointer pointer, long length, Object owner) {
        this.pointer = pointer;
        this.length = length;
        this.owner = owner;
        pieces = new FloatBuffer[(int) ((length + PIECE_MASK) >>> PIECE_BITS)];
        for (int piece = 0; piece < pieces.length; piece++) {
            long from = (long) piece << PIECE_BITS;
            long count = Math.min(length - from, 1 << PIECE_BITS);
            pieces[piece] = new View(pointer.address() + from * Float.BYTES, count).asBuffer();
        }
    }

    static {
        liftLimits();
    }

    /**
     * Lets native arrays take more than the heap may have, where the process says nothing of it: JavaCPP would end the
     * task that asks for more. To be called before ND4J is used.
     */
    public static void liftLimits() {
        for (String limit : List.of("org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes")) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
    }

    /** Bytes of all native arrays of the process, ND4J's among them. */
    public static long nativeBytes() {
        return Pointer.totalBytes();
    }

    /** A zero-filled buffer of its own, freed when it becomes unreachable. */
    public static FloatArray allocate(long length) {
        FloatPointer pointer = new FloatPointer(Math.max(1, length));
        FloatArray array = new FloatArray(pointer, length, pointer);
        array.zero(length);
        return array;
    }

    /** This buffer if it has {@code count} elements, else a zero-filled one; then this, our own, is freed. */
    public FloatArray atLeast(long count) {
        if (length >= count) {
            return this;
        }
        free();
        return allocate(count);
    }

    /**
     * The same for what a pass computes in, which is also freed if it is far too large: a sequence that grows reads its
     * beginning in one pass, and lives on step by step.
     */
    public FloatArray roomFor(long count) {
        if (length / FAR_TOO_LARGE <= count) {
            return atLeast(count);
        }
        free();
        return allocate(count);
    }

    /** Frees this buffer, our own, before the collector would; it has no elements any more. */
    public void free() {
        length = 0;
        pointer.close();
    }

    /** The memory of {@code array}, shared; IllegalArgumentException unless it is dense, row-major and FLOAT. */
    public static FloatArray of(INDArray array) {
        if (array.dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException("expected an array of FLOAT, found " + array.dataType());
        }
        if (!isDense(array)) {
            throw new IllegalArgumentException("expected a dense row-major array, found " + array.shapeInfoToString());
        }
        long address = array.data().pointer().address() + array.offset() * Float.BYTES;
        return new FloatArray(new View(address, array.length()), array.length(), array);
    }

    public static FloatArray copyOf(float[] values) {
        FloatArray array = allocate(values.length);
        array.write(0, values, values.length);
        return array;
    }

    /** Whether the elements of {@code array} lie in row-major order without gaps, whatever order it reports. */
    public static boolean isDense(INDArray array) {
        long expected = 1;
        for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
            if (array.size(dimension) > 1 && array.stride(dimension) != expected) {
                return false;
            }
            expected *= array.size(dimension);
        }
        return true;
    }

    @Override
    public long length() {
        return length;
    }

    public void read(long from, float[] to, int count) {
        read(from, to, 0, count);
    }

    @Override
    public void read(long from, float[] to, int at, int count) {
        check(from, count);
        int done = 0;
        while (done < count) {
            int offset = (int) (from + done) & PIECE_MASK;
            int part = Math.min(count - done, PIECE_MASK + 1 - offset);
            pieces[(int) ((from + done) >>> PIECE_BITS)].get(offset, to, at + done, part);
            done += part;
        }
    }

    public void write(long to, float[] source, int count) {
        write(to, source, 0, count);
    }

    @Override
    public void write(long to, float[] source, int at, int count) {
        check(to, count);
        int done = 0;
        while (done < count) {
            int offset = (int) (to + done) & PIECE_MASK;
            int part = Math.min(count - done, PIECE_MASK + 1 - offset);
            pieces[(int) ((to + done) >>> PIECE_BITS)].put(offset, source, at + done, part);
            done += part;
        }
    }

    public float[] toArray() {
        float[] values = new float[Math.toIntExact(length)];
        read(0, values, values.length);
        return values;
    }

    public void add(double[] values) {
        add(0, values);
    }

    public void add(long to, double[] values) {
        float[] sums = new float[values.length];
        read(to, sums, sums.length);
        for (int i = 0; i < sums.length; i++) {
            sums[i] = (float) (sums[i] + values[i]);
        }
        write(to, sums, sums.length);
    }

    public void zero(long count) {
        check(0, count);
        Pointer.memset(pointer, 0, count * Float.BYTES);
    }

    private void check(long from, long count) {
        if (from < 0 || count < 0 || from + count > length) {
            throw new IndexOutOfBoundsException(
                    "elements " + from + " to " + (from + count) + " of an array of " + length);
        }
    }

    private static final class View extends FloatPointer {
        View(long address, long length) {
            super((Pointer) null);
            this.address = address;
            this.limit = length;
            this.capacity = length;
        }
    }
}
