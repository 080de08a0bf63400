package io.github.hyenaspark.train.averaging;

import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.codec.Codec.EncodedVector;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;

/**
 * A worker's encoded result of a round, for all parameters or a range. Not compared by {@code equals}.
 *
 * @param from number of the first parameter, a multiple of {@link Codec#BLOCK}
 * @param parameters the worker's parameters themselves under an exact codec, so that averaging one worker is exact;
 *     under every other codec its delta, parameters minus the common start
 * @param firstMoment m in {@link Codec#ofMoments}; empty unless moments are averaged
 * @param secondMoment v likewise; there may be fewer of them than parameters
 */
public record EncodedUpdate(int from, EncodedVector parameters, EncodedVector firstMoment, EncodedVector secondMoment)
        implements Serializable {
    /**
     * What is sent, and what stays with the worker.
     *
     * @param residual what the codec lost, P, which the worker adds to its next delta; empty without error feedback
     */
    public record Packed(EncodedUpdate frames, float[] residual) {}

    /**
     * Encodes a result, or takes its arrays over where the codec is exact.
     *
     * @param start the common start of the workers; only its θ is read
     * @param residual of this worker's previous round, P; empty if there is none
     */
    public static Packed pack(
            TrainConfig config, TrainingState start, LocalTrainer.RoundResult result, float[] residual) {
        TrainingState end = result.state();
        Codec codec = config.codec();
        boolean averaged = config.innerState() == TrainConfig.MomentPolicy.AVERAGE;
        Codec ofMoments = codec.ofMoments();
        EncodedVector none = EncodedVector.empty(ofMoments);
        EncodedVector first = averaged ? EncodedVector.of(ofMoments, end.firstMoment()) : none;
        EncodedVector second = averaged ? EncodedVector.of(ofMoments, end.secondMoment()) : none;
        if (codec.isExact()) {
            return new Packed(new EncodedUpdate(0, EncodedVector.of(codec, end.theta()), first, second), new float[0]);
        }
        float[] lost = new float[codec.feedsErrorBack() ? end.parameterCount() : 0];
        byte[] frame = deltas(codec, start.theta(), end.theta(), residual, lost);
        EncodedVector parameters = EncodedVector.ofFrame(codec, end.parameterCount(), frame);
        return new Packed(new EncodedUpdate(0, parameters, first, second), lost);
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
        return parameters.bytes();
    }

    public long momentBytes() {
        return firstMoment.bytes() + secondMoment.bytes();
    }

    /**
     * A copy of a range of parameters.
     *
     * @param begin inclusive, a multiple of {@link Codec#BLOCK}
     * @param end exclusive
     */
    public EncodedUpdate part(int begin, int end) {
        return new EncodedUpdate(
                begin,
                parameters.part(begin - from, end - from),
                firstMoment.part(begin - from, end - from),
                secondMoment.part(begin - from, end - from));
    }
}
