package io.github.hyenaspark.convolution;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The machine's vectors of floats, and the constants that the passes of {@link VectorKernel} share: masks and exchanges
 * of lanes by a bit of their number. They are static final, because only then does the compiler know their class and
 * size.
 *
 * <p>There are no shared operations beside them on purpose. A pass calls the Vector API and nothing else: in a method
 * of its size the compiler stops inlining methods of ours, however small, and a vector that crosses a call is an object
 * on the heap. And in a loop, all exchanges stand before the first store, or each would check its indices anew.
 */
final class VectorLanes {
    /** Wider machines are used at 512 bits; the passes know 4, 8 and 16 lanes. */
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED.length() > 16
            ? VectorSpecies.of(float.class, VectorShape.S_512_BIT)
            : FloatVector.SPECIES_PREFERRED;

    static final int LANES = SPECIES.length();

    /** Lanes whose number is odd, as a mask of ints, and so on for the other bits of a lane's number. */
    static final VectorMask<Float> BIT_0 = lanesWith(1);

    static final VectorMask<Float> BIT_1 = lanesWith(2);
    static final VectorMask<Float> BIT_2 = lanesWith(4);
    static final VectorMask<Float> BIT_3 = lanesWith(8);

    /** Swaps lanes that differ in one bit. */
    static final VectorShuffle<Float> SWAP_0 = swapping(1);

    static final VectorShuffle<Float> SWAP_1 = swapping(2);
    static final VectorShuffle<Float> SWAP_2 = swapping(4);
    static final VectorShuffle<Float> SWAP_3 = swapping(8);

    private VectorLanes() {}

    private static VectorMask<Float> lanesWith(int bit) {
        boolean[] mask = new boolean[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            mask[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(SPECIES, mask, 0);
    }

    private static VectorShuffle<Float> swapping(int bit) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ bit) % LANES);
    }
}
