package io.github.hyenaspark.train;

import java.util.Arrays;

/**
 * The numbers that one worker sends after a round, encoded; all of them, or those of a range of parameters. The arrays
 * belong to the record. Not compared by {@code equals}.
 *
 * @param codec of {@code parameters}
 * @param from the first parameter that is in here, a multiple of {@link Codec#BLOCK}
 * @param parameters the worker's parameters themselves under {@link Codec#FP32}, so that averaging one worker loses no
 *     bit; under every other codec its delta, parameters minus the common start
 * @param firstMoment AdamW's m by {@link Codec#ofMoments}, empty unless moments are averaged
 * @param secondMoment AdamW's v in the same way
 */
public record Frames(Codec codec, int from, byte[] parameters, byte[] firstMoment, byte[] secondMoment) {
    private static final byte[] NONE = {};

    /**
     * What is sent, and what stays with the worker.
     *
     * @param frames sent
     * @param residual what the codec lost, P, which the worker adds to its next delta; empty under codecs that keep
     *     none
     */
    public record Packed(Frames frames, float[] residual) {}

    /**
     * Encodes a result.
     *
     * @param start what the workers started from
     * @param residual what encoding lost in this worker's round before, P; empty if nothing
     */
    public static Packed pack(TrainConfig config, TrainingState start, RoundResult result, float[] residual) {
        TrainingState end = result.state();
        Codec codec = config.codec();
        boolean averaged = config.innerState() == InnerState.AVERAGE;
        byte[] first = averaged ? codec.ofMoments().encode(end.firstMoment()) : NONE;
        byte[] second = averaged ? codec.ofMoments().encode(end.secondMoment()) : NONE;
        if (codec.isExact()) {
            return new Packed(new Frames(codec, 0, codec.encode(end.theta()), first, second), new float[0]);
        }
        float[] delta = delta(start.theta(), end.theta(), residual);
        byte[] frame = codec.encode(delta);
        if (codec.feedsErrorBack()) {
            subtract(codec, frame, delta);
        } else {
            delta = new float[0];
        }
        return new Packed(new Frames(codec, 0, frame, first, second), delta);
    }

    private static float[] delta(float[] start, float[] end, float[] residual) {
        float[] delta = new float[end.length];
        for (int i = 0; i < delta.length; i++) {
            delta[i] = end[i] - start[i];
        }
        for (int i = 0; i < residual.length; i++) {
            delta[i] += residual[i];
        }
        return delta;
    }

    /** What is left of a delta when its frame is taken away. */
    private static void subtract(Codec codec, byte[] frame, float[] delta) {
        float[] block = new float[Codec.BLOCK];
        for (int from = 0; from < delta.length; from += Codec.BLOCK) {
            int count = Math.min(Codec.BLOCK, delta.length - from);
            codec.decode(frame, from, count, block);
            for (int i = 0; i < count; i++) {
                delta[from + i] -= block[i];
            }
        }
    }

    /** Bytes of the parameters. */
    public long parameterBytes() {
        return parameters.length;
    }

    /** Bytes of both moments. */
    public long momentBytes() {
        return (long) firstMoment.length + secondMoment.length;
    }

    /**
     * The frames of a range of parameters.
     *
     * @param begin the first, a multiple of {@link Codec#BLOCK}
     * @param end one past the last
     */
    public Frames part(int begin, int end) {
        return new Frames(
                codec,
                begin,
                part(codec, parameters, begin, end),
                part(codec.ofMoments(), firstMoment, begin, end),
                part(codec.ofMoments(), secondMoment, begin, end));
    }

    private byte[] part(Codec codec, byte[] frame, int begin, int end) {
        if (frame.length == 0) {
            return frame;
        }
        return Arrays.copyOfRange(
                frame, Math.toIntExact(codec.bytes(begin - from)), Math.toIntExact(codec.bytes(end - from)));
    }
}
