package io.github.hyenaspark.convolution.vector;

import io.github.hyenaspark.convolution.RingPasses;
import java.util.function.IntPredicate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The machine's vectors of floats, and constants for inside of one; static final, so that the compiler knows their
 * size.
 *
 * <p>There are no shared operations on purpose: in a method of a pass's size the compiler stops inlining methods of
 * ours, and a vector that crosses a call is an object on the heap. Lanes are exchanged as ints, because every store of
 * a float might have changed a constant array of floats, whose check would be made anew each time.
 */
final class VectorLanes {
    /** Wider machines are used at 512 bits; the passes know 4, 8 and 16 lanes. */
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED.length() > 16
            ? VectorSpecies.of(float.class, VectorShape.S_512_BIT)
            : FloatVector.SPECIES_PREFERRED;

    static final int MACHINE_LANES = SPECIES.length();

    /**
     * The bits of a lane's number among the 16 of {@code RingPasses} that tell which of a group's vectors it is in. All
     * points before such a vector have twice as many floats, but those of its group that many less: the vector of the
     * points from i on begins at float 2i − (i & BEHIND).
     */
    static final int BEHIND = RingPasses.LANES - MACHINE_LANES;

    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());

    /** Swaps lanes whose numbers differ in bit 0, and so on for the other bits. */
    static final VectorShuffle<Integer> SWAP_0 = swapping(1);

    static final VectorShuffle<Integer> SWAP_1 = swapping(2);
    static final VectorShuffle<Integer> SWAP_2 = swapping(4);
    static final VectorShuffle<Integer> SWAP_3 = swapping(8);

    /** -1 in lanes whose number has bit 0 set, 1 in the others; and the same for bit 2. */
    static final FloatVector MINUS_0 = minusIn(lane -> has(lane, 1));

    static final FloatVector MINUS_2 = minusIn(lane -> has(lane, 4));

    /** The other way round. */
    static final FloatVector MINUS_NOT_2 = minusIn(lane -> !has(lane, 4));

    /** -1 in lanes whose number has exactly one of bits 1 and 0 set; and the same for bits 3 and 2. */
    static final FloatVector MINUS_1_OR_0 = minusIn(lane -> has(lane, 2) != has(lane, 1));

    static final FloatVector MINUS_3_OR_2 = minusIn(lane -> has(lane, 8) != has(lane, 4));

    /**
     * All ones in lanes whose number has both bits 1 and 0 set, else zero; the same for bit 2, and for bits 3 and 2.
     */
    static final IntVector MASK_1_AND_0 = maskOf(lane -> has(lane, 2) && has(lane, 1));

    static final IntVector MASK_2 = maskOf(lane -> has(lane, 4));

    static final IntVector MASK_3_AND_2 = maskOf(lane -> has(lane, 8) && has(lane, 4));

    private VectorLanes() {}

    private static boolean has(int lane, int bit) {
        return (lane & bit) != 0;
    }

    private static VectorShuffle<Integer> swapping(int bit) {
        return VectorShuffle.fromOp(INTS, lane -> (lane ^ bit) % MACHINE_LANES);
    }

    private static FloatVector minusIn(IntPredicate lanes) {
        float[] signs = new float[MACHINE_LANES];
        for (int lane = 0; lane < MACHINE_LANES; lane++) {
            signs[lane] = lanes.test(lane) ? -1 : 1;
        }
        return FloatVector.fromArray(SPECIES, signs, 0);
    }

    private static IntVector maskOf(IntPredicate lanes) {
        int[] mask = new int[MACHINE_LANES];
        for (int lane = 0; lane < MACHINE_LANES; lane++) {
            mask[lane] = lanes.test(lane) ? -1 : 0;
        }
        return IntVector.fromArray(INTS, mask, 0);
    }
}
