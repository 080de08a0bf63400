package io.github.hyenaspark.jobs.spark.broadcast;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerObjects;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.train.averaging.ParameterUpdate;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the workers of a round start from, as the driver sends it: the parameters as they are, or what changed of them,
 * and the moments in the codec in which they came.
 *
 * @param series names the rounds of one driver; empty if parameters never come as updates
 * @param round r, from 0
 * @param theta θ, P; empty where an update stands for it, see {@link HeldParameters}
 * @param update what changed since the state of the round before
 * @param momentCodec of the next two
 * @param firstMoment m, empty unless workers share moments
 * @param secondMoment v in the same way
 * @param kept what every worker kept from its round before; empty if nothing
 * @param directory where a worker writes what it keeps after this round, relative to the run
 */
public record SentState(
        String series,
        long round,
        float[] theta,
        Optional<ParameterUpdate> update,
        Codec momentCodec,
        byte[] firstMoment,
        byte[] secondMoment,
        List<VectorFile> kept,
        String directory) {
    private static final float[] NOTHING = {};

    public static SentState of(TrainConfig config, RunState run, String series, String directory) {
        Codec codec = config.codec().ofMoments();
        TrainingState state = run.state();
        List<byte[]> moments = Stream.of(state.firstMoment(), state.secondMoment())
                .parallel()
                .map(codec::encode)
                .toList();
        return new SentState(
                config.downCodec().isExact() ? "" : series,
                run.round(),
                run.update().isPresent() ? NOTHING : state.theta(),
                run.update(),
                codec,
                moments.get(0),
                moments.get(1),
                run.kept(),
                directory);
    }

    /** The same with all parameters in the place of the update. */
    SentState with(float[] parameters) {
        return new SentState(
                series, round, parameters, Optional.empty(), momentCodec, firstMoment, secondMoment, kept, directory);
    }

    /** Bytes of the parameters. */
    public long parameterBytes() {
        return update.map(found -> (long) found.frame().length).orElse((long) theta.length * Float.BYTES);
    }

    /** Bytes of the moments. */
    public long momentBytes() {
        return (long) firstMoment.length + secondMoment.length;
    }

    boolean sharesMoments() {
        return firstMoment.length > 0;
    }

    /** What a worker kept, if it did. */
    public Optional<VectorFile> kept(int worker) {
        return kept.stream()
                .filter(file -> WorkerObjects.worker(file) == worker)
                .findFirst();
    }

    /** Parameters and the shared moments; {@code theta} is not copied. */
    public TrainingState state() {
        return new TrainingState(theta, decoded(firstMoment, 0, theta.length), decoded(secondMoment, 0, theta.length));
    }

    /**
     * A range of the same, copied.
     *
     * @param from the first parameter, a multiple of {@link Codec#BLOCK}
     * @param to one past the last
     */
    public TrainingState state(int from, int to) {
        return new TrainingState(
                Arrays.copyOfRange(theta, from, to), decoded(firstMoment, from, to), decoded(secondMoment, from, to));
    }

    /** The same range without moments. */
    public TrainingState parameters(int from, int to) {
        return new TrainingState(Arrays.copyOfRange(theta, from, to), NOTHING, NOTHING);
    }

    private float[] decoded(byte[] frame, int from, int to) {
        float[] values = new float[frame.length == 0 ? 0 : to - from];
        float[] block = new float[Codec.BLOCK];
        for (int at = 0; at < values.length; at += Codec.BLOCK) {
            int count = Math.min(Codec.BLOCK, values.length - at);
            momentCodec.decode(frame, from + at, count, block);
            System.arraycopy(block, 0, values, at, count);
        }
        return values;
    }
}
