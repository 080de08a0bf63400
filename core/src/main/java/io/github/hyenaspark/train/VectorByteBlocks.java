package io.github.hyenaspark.train;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** As many values at a time as the machine's vectors hold; the rest of a block one at a time. */
final class VectorByteBlocks implements ByteBlocks {
    private static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    private static final int LANES = FLOATS.length();

    /** As many bytes; of four there is no vector, and the class does not load. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(LANES * Byte.SIZE));

    @Override
    public float largest(float[] block, int count) {
        int end = FLOATS.loopBound(count);
        FloatVector largest = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += LANES) {
            largest = largest.max(FloatVector.fromArray(FLOATS, block, i).abs());
        }
        return Math.max(largest.reduceLanes(VectorOperators.MAX), ScalarByteBlocks.largest(block, end, count));
    }

    @Override
    public void put(float[] block, int count, float scale, byte[] frame, int at) {
        float inverse = ByteBlocks.inverse(scale);
        int end = FLOATS.loopBound(count);
        for (int i = 0; i < end; i += LANES) {
            ByteVector nearest = (ByteVector) FloatVector.fromArray(FLOATS, block, i)
                    .mul(inverse)
                    .add(ScalarByteBlocks.ONES)
                    .reinterpretAsInts()
                    .convertShape(VectorOperators.I2B, BYTES, 0);
            nearest.intoArray(frame, at + i);
        }
        ScalarByteBlocks.put(block, end, count, inverse, frame, at);
    }

    @Override
    public void get(byte[] frame, int at, float scale, float[] values, int count) {
        int end = FLOATS.loopBound(count);
        for (int i = 0; i < end; i += LANES) {
            FloatVector multiples = (FloatVector)
                    ByteVector.fromArray(BYTES, frame, at + i).convertShape(VectorOperators.B2F, FLOATS, 0);
            multiples.mul(scale).intoArray(values, i);
        }
        ScalarByteBlocks.get(frame, at, scale, values, end, count);
    }
}
