package io.github.hyenaspark.train.codec;

import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** As many values at a time as fit the machine's vectors; the rest of a block one at a time. */
final class VectorCodecLoops extends CodecLoops {
    private static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    /** With vectors of four floats there is no vector of as many bytes, and the class does not load. */
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, shapeOf(Byte.SIZE));

    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, shapeOf(Short.SIZE));
    private static final VectorSpecies<Byte> PAIRS = VectorSpecies.of(byte.class, SHORTS.vectorShape());

    private static final int INFINITY = 0x7F800000;

    private static VectorShape shapeOf(int bits) {
        return VectorShape.forBitSize(LANES * bits);
    }

    @Override
    float largest(float[] block, int from, int to) {
        int end = from + FLOATS.loopBound(to - from);
        FloatVector largest = FloatVector.zero(FLOATS);
        for (int i = from; i < end; i += LANES) {
            largest = largest.max(FloatVector.fromArray(FLOATS, block, i).abs());
        }
        return Math.max(largest.reduceLanes(MAX), super.largest(block, end, to));
    }

    @Override
    void putBytes(float[] block, int from, int to, float scale, byte[] frame, int at) {
        float inverse = inverse(scale);
        int end = from + FLOATS.loopBound(to - from);
        for (int i = from; i < end; i += LANES) {
            IntVector nearest = FloatVector.fromArray(FLOATS, block, i)
                    .mul(inverse)
                    .add(ONES)
                    .reinterpretAsInts();
            ((ByteVector) nearest.convertShape(I2B, BYTES, 0)).intoArray(frame, at + i);
        }
        super.putBytes(block, end, to, scale, frame, at);
    }

    @Override
    void getBytes(byte[] frame, int at, float scale, float[] values, int from, int to) {
        int end = from + FLOATS.loopBound(to - from);
        for (int i = from; i < end; i += LANES) {
            ByteVector multiples = ByteVector.fromArray(BYTES, frame, at + i);
            ((FloatVector) multiples.convertShape(B2F, FLOATS, 0)).mul(scale).intoArray(values, i);
        }
        super.getBytes(frame, at, scale, values, end, to);
    }

    @Override
    void putHalves(float[] block, int from, int to, byte[] frame, int at) {
        int end = from + FLOATS.loopBound(to - from);
        for (int i = from; i < end; i += LANES) {
            IntVector bits = FloatVector.fromArray(FLOATS, block, i).reinterpretAsInts();
            IntVector upper = bits.lanewise(LSHR, Short.SIZE);
            IntVector nearest = bits.add(upper.and(1)).add(0x7FFF).lanewise(LSHR, Short.SIZE);
            IntVector half =
                    nearest.blend(upper.or(0x40), bits.and(Integer.MAX_VALUE).compare(GT, INFINITY));
            half.convertShape(I2S, SHORTS, 0).reinterpretAsBytes().intoArray(frame, at + 2 * i);
        }
        super.putHalves(block, end, to, frame, at);
    }

    @Override
    void getHalves(byte[] frame, int at, float[] values, int from, int to) {
        int end = from + FLOATS.loopBound(to - from);
        for (int i = from; i < end; i += LANES) {
            IntVector upper = (IntVector) ByteVector.fromArray(PAIRS, frame, at + 2 * i)
                    .reinterpretAsShorts()
                    .convertShape(S2I, INTS, 0);
            upper.lanewise(LSHL, Short.SIZE).reinterpretAsFloats().intoArray(values, i);
        }
        super.getHalves(frame, at, values, end, to);
    }
}
