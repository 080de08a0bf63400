package io.github.hyenaspark.train.codec;

/**
 * The loops of {@link Codec} over the values of one block. There are two, with the same results to the bit: those of
 * the Vector API, where the JVM was started with {@code --add-modules jdk.incubator.vector} and has vectors of eight
 * floats, take half the time.
 */
interface CodecLoops {
    /** The loops of this JVM. {@code VectorCodecLoops} is found by name: without the module it does not load. */
    static CodecLoops ofThisJvm() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new ScalarCodecLoops();
        }
        try {
            CodecLoops loops = Class.forName("io.github.hyenaspark.train.codec.VectorCodecLoops")
                    .asSubclass(CodecLoops.class)
                    .getDeclaredConstructor()
                    .newInstance();
            loops.runOnce();
            return loops;
        } catch (LinkageError | ReflectiveOperationException e) { // vectors of another size, or another API in this JDK
            return new ScalarCodecLoops();
        }
    }

    /** What another JDK has taken away shows when it is first called. */
    private void runOnce() {
        var values = new float[Codec.BLOCK];
        var frame = new byte[2 * Codec.BLOCK];
        putBytes(values, values.length, largest(values, values.length), frame, 0);
        getBytes(frame, 0, 1, values, values.length);
        putHalves(values, values.length, frame, 0);
        getHalves(frame, 0, values, values.length);
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
    void putBytes(float[] block, int count, float scale, byte[] frame, int at);

    /**
     * Reads what {@link #putBytes} wrote.
     *
     * @param at the first byte
     * @param values takes them, from its start
     */
    void getBytes(byte[] frame, int at, float scale, float[] values, int count);

    /**
     * Writes the upper halves of the values, rounded as {@link Codec#bf16} does.
     *
     * @param at the first byte
     */
    void putHalves(float[] block, int count, byte[] frame, int at);

    /**
     * Reads what {@link #putHalves} wrote.
     *
     * @param at the first byte
     * @param values takes them, from its start
     */
    void getHalves(byte[] frame, int at, float[] values, int count);

    /** 0 where a float cannot hold it: what is as small as that becomes 0. */
    static float inverse(float scale) {
        float inverse = 1 / scale;
        return Float.isFinite(inverse) ? inverse : 0;
    }
}
