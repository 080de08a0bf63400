package io.github.hyenaspark.train;

import java.util.stream.IntStream;

/**
 * What a round changed of θ, encoded, for those who have θ from before it. The driver goes on from the rounded
 * parameters too, so that all have the same floats:
 *
 * <pre>
 *   θ_after = θ_before + decoded(encoded(θ' - θ_before)), with θ' of {@link OuterOptimizer}
 * </pre>
 *
 * The frame belongs to the record. Not compared by {@code equals}.
 *
 * @param codec of the frame
 * @param frame the change, P values
 */
public record ParameterUpdate(Codec codec, byte[] frame) {
    private static final int RANGE = 64 * Codec.BLOCK;

    /**
     * An update and where it leads.
     *
     * @param theta θ_after, P
     */
    public record Rounded(ParameterUpdate update, float[] theta) {}

    /**
     * Encodes the way from one vector of parameters to another, on the processors there are.
     *
     * @param before θ_before, P
     * @param wanted θ', P
     */
    public static Rounded between(Codec codec, float[] before, float[] wanted) {
        byte[] frame = codec.frame(before.length);
        var theta = new float[before.length];
        int ranges = (before.length + RANGE - 1) / RANGE;
        IntStream.range(0, ranges).parallel().forEach(range -> {
            var block = new float[Codec.BLOCK];
            for (int at = range * RANGE; at < Math.min((range + 1) * RANGE, before.length); at += Codec.BLOCK) {
                int count = Math.min(Codec.BLOCK, before.length - at);
                for (int i = 0; i < count; i++) {
                    block[i] = wanted[at + i] - before[at + i];
                }
                codec.encode(block, count, frame, at);
                codec.decode(frame, at, count, block);
                add(before, block, theta, at, count);
            }
        });
        return new Rounded(new ParameterUpdate(codec, frame), theta);
    }

    /**
     * Where the update leads from the parameters before it, in this thread alone.
     *
     * @param before θ_before, P; left as it is
     * @return θ_after, P, a new array
     */
    public float[] appliedTo(float[] before) {
        var theta = new float[before.length];
        var block = new float[Codec.BLOCK];
        for (int at = 0; at < before.length; at += Codec.BLOCK) {
            int count = Math.min(Codec.BLOCK, before.length - at);
            codec.decode(frame, at, count, block);
            add(before, block, theta, at, count);
        }
        return theta;
    }

    private static void add(float[] before, float[] change, float[] after, int begin, int count) {
        for (int i = 0; i < count; i++) {
            after[begin + i] = before[begin + i] + change[i];
        }
    }
}
