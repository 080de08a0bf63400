package io.github.hyenaspark.train.averaging;

import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A worker's encoded result of a round, for all parameters or a range. The record owns the arrays. Not compared by
 * {@code equals}.
 *
 * @param codec of {@code parameters}
 * @param from number of the first parameter, a multiple of {@link Codec#BLOCK}
 * @param parameters the worker's parameters themselves under {@link Codec#FP32}, so that averaging one worker is exact;
 *     under every other codec its delta, parameters minus the common start
 * @param firstMoment m in {@link Codec#ofMoments}; empty unless moments are averaged
 * @param secondMoment v likewise; there may be fewer of them than parameters
 */
public record EncodedUpdate(Codec codec, int from, byte[] parameters, byte[] firstMoment, byte[] secondMoment)
        implements Serializable {
    private static final byte[] NONE = {};

    /**
     * What is sent, and what stays with the worker.
     *
     * @param residual what the codec lost, P, which the worker adds to its next delta; empty without error feedback
     */
    public record Packed(EncodedUpdate frames, float[] residual) {}

    /**
     * Encodes a result.
     *
     * @param start the common start of the workers
     * @param residual of this worker's previous round, P; empty if there is none
     */
    public static Packed pack(
            TrainConfig config, TrainingState start, LocalTrainer.RoundResult result, float[] residual) {
        TrainingState end = result.state();
        Codec codec = config.codec();
        boolean averaged = config.innerState() == TrainConfig.MomentPolicy.AVERAGE;
        byte[] first = averaged ? codec.ofMoments().encode(end.firstMoment()) : NONE;
        byte[] second = averaged ? codec.ofMoments().encode(end.secondMoment()) : NONE;
        if (codec.isExact()) {
            return new Packed(new EncodedUpdate(codec, 0, codec.encode(end.theta()), first, second), new float[0]);
        }
        float[] lost = new float[codec.feedsErrorBack() ? end.parameterCount() : 0];
        byte[] frame = deltas(codec, start.theta(), end.theta(), residual, lost);
        return new Packed(new EncodedUpdate(codec, 0, frame, first, second), lost);
    }

    /**
     * Encodes end - start + residual.
     *
     * @param lost receives what the frame loses, unless it is empty
     */
    private static byte[] deltas(Codec codec, float[] start, float[] end, float[] residual, float[] lost) {
        byte[] frame = codec.frame(end.length);
        float[] block = new float[Codec.BLOCK];
        float[] decoded = new float[Codec.BLOCK];
        for (int from = 0; from < end.length; from += Codec.BLOCK) {
            int count = Math.min(Codec.BLOCK, end.length - from);
            putDifference(end, start, from, block, count);
            if (residual.length > 0) {
                add(residual, from, block, count);
            }
            codec.encode(block, count, frame, from);
            if (lost.length > 0) {
                codec.decode(frame, from, count, decoded);
                putRest(block, decoded, count, lost, from);
            }
        }
        return frame;
    }

    static void putDifference(float[] end, float[] start, int begin, float[] block, int count) {
        for (int i = 0; i < count; i++) {
            block[i] = end[begin + i] - start[begin + i];
        }
    }

    private static void add(float[] residual, int begin, float[] block, int count) {
        for (int i = 0; i < count; i++) {
            block[i] += residual[begin + i];
        }
    }

    private static void putRest(float[] block, float[] decoded, int count, float[] lost, int begin) {
        for (int i = 0; i < count; i++) {
            lost[begin + i] = block[i] - decoded[i];
        }
    }

    public long parameterBytes() {
        return parameters.length;
    }

    public long momentBytes() {
        return (long) firstMoment.length + secondMoment.length;
    }

    /**
     * The frames of a range of parameters.
     *
     * @param begin inclusive, a multiple of {@link Codec#BLOCK}
     * @param end exclusive
     */
    public EncodedUpdate part(int begin, int end) {
        return new EncodedUpdate(
                codec,
                begin,
                part(codec, parameters, begin, end),
                part(codec.ofMoments(), firstMoment, begin, end),
                part(codec.ofMoments(), secondMoment, begin, end));
    }

    private byte[] part(Codec codec, byte[] frame, int begin, int end) {
        return Arrays.copyOfRange(frame, place(codec, frame, begin), place(codec, frame, end));
    }

    private int place(Codec codec, byte[] frame, int parameter) {
        return (int) Math.min(frame.length, codec.bytes(parameter - from));
    }

    /** Second moments in the frame. */
    int secondMoments() {
        return codec.ofMoments().momentsIn(secondMoment);
    }
}
