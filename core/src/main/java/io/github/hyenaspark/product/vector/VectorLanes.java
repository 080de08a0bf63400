package io.github.hyenaspark.product.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vectors of this JVM; static final, so that the compiler knows their size. */
final class VectorLanes {
    /** Fewer bits than the machine has, for tests. */
    static final String BITS = "hyena.product.bits";

    private static final int WIDEST = 512;

    static final VectorSpecies<Float> SPECIES = VectorSpecies.of(
            float.class,
            VectorShape.forBitSize(
                    Math.min(WIDEST, Integer.getInteger(BITS, FloatVector.SPECIES_PREFERRED.vectorBitSize()))));

    private VectorLanes() {}

    /** AVX-512 and every 64-bit ARM have 32 vector registers; that a machine uses only half of 512 bits is rare. */
    static boolean hasManyRegisters() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize() >= WIDEST
                || System.getProperty("os.arch").equals("aarch64");
    }
}
