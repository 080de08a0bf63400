package io.github.hyenaspark.train;

/**
 * The loops of {@link Codec#INT8} over one block. There are two, with the same results to the bit: those of the Vector
 * API, where the JVM was started with {@code --add-modules jdk.incubator.vector} and has vectors of eight floats, take
 * half the time.
 */
interface ByteBlocks {
    /** The loops of this JVM. {@code VectorByteBlocks} is found by name: without the module it does not load. */
    static ByteBlocks ofThisJvm() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new ScalarByteBlocks();
        }
        try {
            ByteBlocks blocks = Class.forName("io.github.hyenaspark.train.VectorByteBlocks")
                    .asSubclass(ByteBlocks.class)
                    .getDeclaredConstructor()
                    .newInstance();
            var values = new float[Codec.BLOCK];
            var bytes = new byte[Codec.BLOCK];
            blocks.put(values, values.length, blocks.largest(values, values.length), bytes, 0);
            blocks.get(bytes, 0, 1, values, values.length);
            return blocks;
        } catch (LinkageError | ReflectiveOperationException e) { // vectors of another size, or another API in this JDK
            return new ScalarByteBlocks();
        }
    }

    /** max|x| of the first {@code count}, and no number if one of them is none. */
    float largest(float[] block, int count);

    /**
     * Writes the multiples of the scale that are nearest to the values, as far as floats can tell: x · (1 / scale) is
     * rounded twice before it is rounded to an integer.
     *
     * @param scale max|x| / 127 of these values
     * @param at the first byte
     */
    void put(float[] block, int count, float scale, byte[] frame, int at);

    /**
     * Reads what {@link #put} wrote.
     *
     * @param at the first byte
     * @param values takes them, from its start
     */
    void get(byte[] frame, int at, float scale, float[] values, int count);

    /** 0 where a float cannot hold it: what is as small as that becomes 0. */
    static float inverse(float scale) {
        float inverse = 1 / scale;
        return Float.isFinite(inverse) ? inverse : 0;
    }
}
