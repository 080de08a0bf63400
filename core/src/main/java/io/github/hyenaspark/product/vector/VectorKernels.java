package io.github.hyenaspark.product.vector;

import io.github.hyenaspark.product.Panels;
import io.github.hyenaspark.product.TileKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector kernel for the registers of this machine; loaded by name, hence public. */
public final class VectorKernels implements TileKernel.Source {
    public VectorKernels() {
        if (Lanes.SPECIES.length() < 4) {
            throw new UnsupportedOperationException(
                    "its vectors must have at least 4 floats, those of this machine have " + Lanes.SPECIES.length());
        }
    }

    @Override
    public TileKernel create() {
        return Lanes.hasManyRegisters() ? new SixByFour() : new FourByTwo();
    }

    @Override
    public String toString() {
        TileKernel kernel = create();
        return kernel.rows() + "×" + kernel.columns() + " tiles";
    }

    /** Four rows by two vectors for machines with 16 vector registers; see {@link SixByFour}. */
    static final class FourByTwo implements TileKernel {
        private static final int LEFT_PITCH = Panels.LEFT_PITCH;
        private static final int RIGHT_PITCH = Panels.rightPitch(2 * Lanes.SPECIES.length());
        private static final int STRIP_PITCH = Panels.STRIP_PITCH;
        private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
        private static final int LANES = SPECIES.length();

        @Override
        public int rows() {
            return 4;
        }

        @Override
        public int columns() {
            return 2 * LANES;
        }

        @Override
        public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] to, int toAt) {
            FloatVector c00 = FloatVector.zero(SPECIES);
            FloatVector c01 = FloatVector.zero(SPECIES);
            FloatVector c10 = FloatVector.zero(SPECIES);
            FloatVector c11 = FloatVector.zero(SPECIES);
            FloatVector c20 = FloatVector.zero(SPECIES);
            FloatVector c21 = FloatVector.zero(SPECIES);
            FloatVector c30 = FloatVector.zero(SPECIES);
            FloatVector c31 = FloatVector.zero(SPECIES);
            for (int k = 0; k < depth; k++) {
                FloatVector b0 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH);
                FloatVector b1 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + k]);
                c00 = b0.fma(a0, c00);
                c01 = b1.fma(a0, c01);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + k + LEFT_PITCH]);
                c10 = b0.fma(a1, c10);
                c11 = b1.fma(a1, c11);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + k + 2 * LEFT_PITCH]);
                c20 = b0.fma(a2, c20);
                c21 = b1.fma(a2, c21);
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + k + 3 * LEFT_PITCH]);
                c30 = b0.fma(a3, c30);
                c31 = b1.fma(a3, c31);
            }
            c00.intoArray(to, toAt);
            c01.intoArray(to, toAt + LANES);
            c10.intoArray(to, toAt + STRIP_PITCH);
            c11.intoArray(to, toAt + STRIP_PITCH + LANES);
            c20.intoArray(to, toAt + 2 * STRIP_PITCH);
            c21.intoArray(to, toAt + 2 * STRIP_PITCH + LANES);
            c30.intoArray(to, toAt + 3 * STRIP_PITCH);
            c31.intoArray(to, toAt + 3 * STRIP_PITCH + LANES);
        }
    }

    /**
     * Six rows by four vectors, 24 sums in registers, four vectors of b and six broadcasts of a: for machines with 32
     * vector registers. The compiler moves all broadcasts of a step before its additions, so a kernel of r rows and v
     * vectors needs r v + r + 2 registers, or it spills and takes twice as long. There is no branch and no edge: a
     * branch that is first taken when the method is hot would throw the compiled code away.
     */
    static final class SixByFour implements TileKernel {
        private static final int LEFT_PITCH = Panels.LEFT_PITCH;
        private static final int RIGHT_PITCH = Panels.rightPitch(4 * Lanes.SPECIES.length());
        private static final int STRIP_PITCH = Panels.STRIP_PITCH;
        private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
        private static final int LANES = SPECIES.length();

        @Override
        public int rows() {
            return 6;
        }

        @Override
        public int columns() {
            return 4 * LANES;
        }

        @Override
        public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] to, int toAt) {
            FloatVector c00 = FloatVector.zero(SPECIES);
            FloatVector c01 = FloatVector.zero(SPECIES);
            FloatVector c02 = FloatVector.zero(SPECIES);
            FloatVector c03 = FloatVector.zero(SPECIES);
            FloatVector c10 = FloatVector.zero(SPECIES);
            FloatVector c11 = FloatVector.zero(SPECIES);
            FloatVector c12 = FloatVector.zero(SPECIES);
            FloatVector c13 = FloatVector.zero(SPECIES);
            FloatVector c20 = FloatVector.zero(SPECIES);
            FloatVector c21 = FloatVector.zero(SPECIES);
            FloatVector c22 = FloatVector.zero(SPECIES);
            FloatVector c23 = FloatVector.zero(SPECIES);
            FloatVector c30 = FloatVector.zero(SPECIES);
            FloatVector c31 = FloatVector.zero(SPECIES);
            FloatVector c32 = FloatVector.zero(SPECIES);
            FloatVector c33 = FloatVector.zero(SPECIES);
            FloatVector c40 = FloatVector.zero(SPECIES);
            FloatVector c41 = FloatVector.zero(SPECIES);
            FloatVector c42 = FloatVector.zero(SPECIES);
            FloatVector c43 = FloatVector.zero(SPECIES);
            FloatVector c50 = FloatVector.zero(SPECIES);
            FloatVector c51 = FloatVector.zero(SPECIES);
            FloatVector c52 = FloatVector.zero(SPECIES);
            FloatVector c53 = FloatVector.zero(SPECIES);
            for (int k = 0; k < depth; k++) {
                FloatVector b0 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH);
                FloatVector b1 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH + LANES);
                FloatVector b2 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH + 2 * LANES);
                FloatVector b3 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH + 3 * LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + k]);
                c00 = b0.fma(a0, c00);
                c01 = b1.fma(a0, c01);
                c02 = b2.fma(a0, c02);
                c03 = b3.fma(a0, c03);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + k + LEFT_PITCH]);
                c10 = b0.fma(a1, c10);
                c11 = b1.fma(a1, c11);
                c12 = b2.fma(a1, c12);
                c13 = b3.fma(a1, c13);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + k + 2 * LEFT_PITCH]);
                c20 = b0.fma(a2, c20);
                c21 = b1.fma(a2, c21);
                c22 = b2.fma(a2, c22);
                c23 = b3.fma(a2, c23);
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + k + 3 * LEFT_PITCH]);
                c30 = b0.fma(a3, c30);
                c31 = b1.fma(a3, c31);
                c32 = b2.fma(a3, c32);
                c33 = b3.fma(a3, c33);
                FloatVector a4 = FloatVector.broadcast(SPECIES, a[aAt + k + 4 * LEFT_PITCH]);
                c40 = b0.fma(a4, c40);
                c41 = b1.fma(a4, c41);
                c42 = b2.fma(a4, c42);
                c43 = b3.fma(a4, c43);
                FloatVector a5 = FloatVector.broadcast(SPECIES, a[aAt + k + 5 * LEFT_PITCH]);
                c50 = b0.fma(a5, c50);
                c51 = b1.fma(a5, c51);
                c52 = b2.fma(a5, c52);
                c53 = b3.fma(a5, c53);
            }
            c00.intoArray(to, toAt);
            c01.intoArray(to, toAt + LANES);
            c02.intoArray(to, toAt + 2 * LANES);
            c03.intoArray(to, toAt + 3 * LANES);
            c10.intoArray(to, toAt + STRIP_PITCH);
            c11.intoArray(to, toAt + STRIP_PITCH + LANES);
            c12.intoArray(to, toAt + STRIP_PITCH + 2 * LANES);
            c13.intoArray(to, toAt + STRIP_PITCH + 3 * LANES);
            c20.intoArray(to, toAt + 2 * STRIP_PITCH);
            c21.intoArray(to, toAt + 2 * STRIP_PITCH + LANES);
            c22.intoArray(to, toAt + 2 * STRIP_PITCH + 2 * LANES);
            c23.intoArray(to, toAt + 2 * STRIP_PITCH + 3 * LANES);
            c30.intoArray(to, toAt + 3 * STRIP_PITCH);
            c31.intoArray(to, toAt + 3 * STRIP_PITCH + LANES);
            c32.intoArray(to, toAt + 3 * STRIP_PITCH + 2 * LANES);
            c33.intoArray(to, toAt + 3 * STRIP_PITCH + 3 * LANES);
            c40.intoArray(to, toAt + 4 * STRIP_PITCH);
            c41.intoArray(to, toAt + 4 * STRIP_PITCH + LANES);
            c42.intoArray(to, toAt + 4 * STRIP_PITCH + 2 * LANES);
            c43.intoArray(to, toAt + 4 * STRIP_PITCH + 3 * LANES);
            c50.intoArray(to, toAt + 5 * STRIP_PITCH);
            c51.intoArray(to, toAt + 5 * STRIP_PITCH + LANES);
            c52.intoArray(to, toAt + 5 * STRIP_PITCH + 2 * LANES);
            c53.intoArray(to, toAt + 5 * STRIP_PITCH + 3 * LANES);
        }
    }

    /** The vectors of this JVM; static final, so that the compiler knows their size. */
    static final class Lanes {
        /** Fewer bits than the machine has, for tests. */
        static final String BITS = "hyena.product.bits";

        private static final int WIDEST = 512;

        static final VectorSpecies<Float> SPECIES = VectorSpecies.of(
                float.class,
                VectorShape.forBitSize(
                        Math.min(WIDEST, Integer.getInteger(BITS, FloatVector.SPECIES_PREFERRED.vectorBitSize()))));

        private Lanes() {}

        /** AVX-512 and every 64-bit ARM have 32 vector registers; that a machine uses only half of 512 bits is rare. */
        static boolean hasManyRegisters() {
            return FloatVector.SPECIES_PREFERRED.vectorBitSize() >= WIDEST
                    || System.getProperty("os.arch").equals("aarch64");
        }
    }
}
