package io.github.hyenaspark.product;

import com.sun.management.ThreadMXBean;
import io.github.hyenaspark.kernel.KernelChoice;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** The two kernels of matrix products, which give the same bits; {@code hyena.product} overrides the choice. */
public final class ProductKernels {
    private static final KernelChoice.Kind<TileKernel.Source> KIND = new KernelChoice.Kind<>(
            "Matrix products",
            "hyena.product",
            TileKernel.Source.class,
            Scalar::new,
            "io.github.hyenaspark.product.vector.VectorKernels",
            source -> tryOut(source.create()));

    private static final class AtStart {
        private static final KernelChoice<TileKernel.Source> CHOICE = KIND.atStart();
    }

    private ProductKernels() {}

    /**
     * The choice of this JVM; the first call logs it.
     *
     * @throws IllegalStateException if there is no fused multiply-add here
     */
    public static KernelChoice<TileKernel.Source> atStart() {
        FusedMultiplyAdd.require();
        return AtStart.CHOICE;
    }

    /** The choice for a value of the property. */
    public static KernelChoice<TileKernel.Source> of(String wish) {
        return KIND.choose(wish);
    }

    private static void tryOut(TileKernel kernel) {
        float[] left = new float[kernel.rows() * Panels.LEFT_PITCH];
        float[] right = new float[Panels.rightPitch(kernel.columns())];
        float[] strip = new float[kernel.rows() * Panels.STRIP_PITCH];
        kernel.multiply(1, left, 0, right, 0, strip, 0);
    }

    /**
     * Whether the JVM does {@link Math#fma} in one instruction: without it, each becomes sums and products of
     * BigDecimal, about a microsecond, and the products of a training a thousand times as slow. Told by the objects
     * that these need, not by time, which a machine that is short of it can stretch.
     */
    static final class FusedMultiplyAdd {
        private static final int TRIES = 3;
        private static final int CALLS = 100;

        private FusedMultiplyAdd() {}

        /** IllegalStateException if it has to be computed. */
        static void require() {
            long bytes = bytes();
            if (bytes > 0) {
                throw new IllegalStateException(
                        "Math.fma allocates " + bytes + " bytes here, expected none: this CPU has"
                                + " no fused multiply-add, or Java runs with -XX:-UseFMA; use x86 processors from Haswell or Zen"
                                + " on, or 64-bit ARM, and no such flag");
            }
        }

        /**
         * Of one call, allocated on the heap, in the leanest of several tries, since what loads a class beside it
         * allocates too; 0 where the JVM does not count them.
         */
        private static long bytes() {
            if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)) {
                return 0;
            }
            long fewest = Long.MAX_VALUE;
            float sum = 0.1f;
            for (int number = 0; number < TRIES; number++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int call = 0; call < CALLS; call++) {
                    sum = Math.fma(sum, 0.5f, 0.1f);
                }
                fewest = Math.min(fewest, threads.getCurrentThreadAllocatedBytes() - before);
            }
            if (Float.isNaN(sum)) { // never, but a sum that nobody uses need not be computed
                throw new AssertionError("0.2 expected, found NaN");
            }
            return fewest / CALLS;
        }
    }

    /**
     * The kernel that needs no vector module, and the definition of the others' results: plain loops over rows that
     * start at index 0, which the compiler turns into vector instructions. Four steps of two rows at a time, so that an
     * element of the tile is loaded and stored once in four.
     */
    static final class Scalar implements TileKernel {
        private static final int ROWS = 16;
        private static final int COLUMNS = 128;
        private static final int STEPS = 4;

        private final float[][] tile = new float[ROWS][COLUMNS];
        private final float[][] b = new float[STEPS][COLUMNS];

        @Override
        public int rows() {
            return ROWS;
        }

        @Override
        public int columns() {
            return COLUMNS;
        }

        @Override
        public void multiply(int depth, float[] left, int leftAt, float[] right, int rightAt, float[] to, int toAt) {
            for (float[] row : tile) {
                Arrays.fill(row, 0f);
            }
            int k = 0;
            for (; k + STEPS <= depth; k += STEPS) {
                for (int step = 0; step < STEPS; step++) {
                    System.arraycopy(right, rightAt + (k + step) * COLUMNS, b[step], 0, COLUMNS);
                }
                for (int row = 0; row < ROWS; row += 2) {
                    int at = leftAt + row * Panels.LEFT_PITCH + k;
                    fourSteps(left, at, tile[row], tile[row + 1]);
                }
            }
            for (; k < depth; k++) {
                System.arraycopy(right, rightAt + k * COLUMNS, b[0], 0, COLUMNS);
                for (int row = 0; row < ROWS; row++) {
                    oneStep(left[leftAt + row * Panels.LEFT_PITCH + k], b[0], tile[row]);
                }
            }
            for (int row = 0; row < ROWS; row++) {
                System.arraycopy(tile[row], 0, to, toAt + row * Panels.STRIP_PITCH, COLUMNS);
            }
        }

        private void fourSteps(float[] left, int at, float[] first, float[] second) {
            int below = at + Panels.LEFT_PITCH;
            fourSteps(left[at], left[at + 1], left[at + 2], left[at + 3], b[0], b[1], b[2], b[3], first);
            fourSteps(left[below], left[below + 1], left[below + 2], left[below + 3], b[0], b[1], b[2], b[3], second);
        }

        private static void fourSteps(
                float a0, float a1, float a2, float a3, float[] b0, float[] b1, float[] b2, float[] b3, float[] row) {
            for (int j = 0; j < COLUMNS; j++) {
                float sum = Math.fma(a0, b0[j], row[j]);
                sum = Math.fma(a1, b1[j], sum);
                sum = Math.fma(a2, b2[j], sum);
                row[j] = Math.fma(a3, b3[j], sum);
            }
        }

        private static void oneStep(float a, float[] b, float[] row) {
            for (int j = 0; j < COLUMNS; j++) {
                row[j] = Math.fma(a, b[j], row[j]);
            }
        }
    }
}
