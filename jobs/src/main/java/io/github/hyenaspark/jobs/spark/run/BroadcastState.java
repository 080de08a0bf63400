package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerStateFiles;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.TaskCache.ParameterCache;
import io.github.hyenaspark.train.averaging.OuterOptimizer.ParameterUpdate;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.codec.Codec.EncodedVector;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * What the workers of a round start from, as the driver sends it: the parameters as they are, or what changed of them,
 * and the moments in the codec in which they came.
 *
 * @param series names the rounds of one driver; empty if parameters never come as updates
 * @param theta θ, P; empty where an update stands for it, see {@link ParameterCache}
 * @param firstMoment m, empty unless workers share moments
 * @param secondMoment v likewise; there may be fewer of them than parameters
 * @param change of θ in the last round; null where θ is there
 * @param kept what every worker kept from its round before; empty if nothing
 * @param directory where a worker writes what it keeps after this round, relative to the run
 */
public record BroadcastState(
        String series,
        long round,
        float[] theta,
        @Nullable ParameterUpdate change,
        EncodedVector firstMoment,
        EncodedVector secondMoment,
        List<VectorFile> kept,
        String directory)
        implements Serializable {
    private static final float[] NOTHING = {};

    public static BroadcastState of(TrainConfig config, RunState run, String series, String directory) {
        Codec codec = config.codec().ofMoments();
        TrainingState state = run.state();
        List<EncodedVector> moments = Stream.of(state.firstMoment(), state.secondMoment())
                .parallel()
                .map(moment -> EncodedVector.of(codec, moment))
                .toList();
        return new BroadcastState(
                config.downCodec().isExact() ? "" : series,
                run.round(),
                run.update().isPresent() ? NOTHING : state.theta(),
                run.update().orElse(null),
                moments.get(0),
                moments.get(1),
                run.kept(),
                directory);
    }

    /** A state without an update, and the bytes of parameters transferred because the update was not enough. */
    public record Received(BroadcastState state, long wholeBytes) {}

    /**
     * The same with all parameters in the place of the update, which the cache applies unless this executor missed the
     * round before; then {@code whole} asks for all.
     */
    Received receive(ParameterCache cache, Supplier<float[]> whole) {
        ParameterCache.Parameters all = cache.receive(series, round, theta, update().map(u -> u::appliedTo), whole);
        var state = new BroadcastState(series, round, all.theta(), null, firstMoment, secondMoment, kept, directory);
        return new Received(state, all.wholeBytes());
    }

    Optional<ParameterUpdate> update() {
        return Optional.ofNullable(change);
    }

    public long parameterBytes() {
        return update().map(found -> (long) found.frame().length).orElse((long) theta.length * Float.BYTES);
    }

    public long momentBytes() {
        return firstMoment.bytes() + secondMoment.bytes();
    }

    public boolean sharesMoments() {
        return firstMoment.count() > 0;
    }

    public Optional<VectorFile> kept(int worker) {
        return kept.stream()
                .filter(file -> WorkerStateFiles.worker(file) == worker)
                .findFirst();
    }

    /** Parameters, not copied, and the shared moments, copied. */
    public TrainingState state() {
        return new TrainingState(theta, firstMoment.decoded(0, theta.length), secondMoment.decoded(0, theta.length));
    }

    /** A range of the same, copied; it begins at a multiple of {@link Codec#BLOCK}. */
    public TrainingState state(int from, int to) {
        return new TrainingState(
                Arrays.copyOfRange(theta, from, to), firstMoment.decoded(from, to), secondMoment.decoded(from, to));
    }

    /** The same range without moments. */
    public TrainingState parameters(int from, int to) {
        return new TrainingState(Arrays.copyOfRange(theta, from, to), NOTHING, NOTHING);
    }

    /** A common state on its way to tasks. */
    public record Handle(Broadcast<BroadcastState> sent) implements Serializable {
        /** The state with all of its parameters, in a task. */
        public BroadcastState value() {
            return receive().state();
        }

        /** The same, and what was transferred for it besides. */
        public Received receive() {
            BroadcastState state = sent.value();
            if (state.series().isEmpty()) {
                return new Received(state, 0);
            }
            ExecutorState executor = ExecutorState.ofThisProcess();
            return state.receive(
                    executor.parameters(),
                    () -> executor.wholeParameters(state.series(), state.round())
                            .value());
        }
    }

    /**
     * Sends common states to the executors: each once, also when it is first measured and then trained on, and its
     * broadcast is destroyed before the next one is made. Where parameters travel as updates, an executor that cannot
     * make them of what it has asks for all of them, and only then are they broadcast.
     */
    public static final class Sender implements AutoCloseable {
        private final JavaSparkContext context;
        private final TrainConfig train;
        private final long epoch;
        private final String series = UUID.randomUUID().toString();
        private Optional<Sent> sent = Optional.empty();
        private Optional<Broadcast<float[]>> whole = Optional.empty();

        private record Sent(RunState state, BroadcastState bytes, Broadcast<BroadcastState> broadcast) {}

        public Sender(JavaSparkContext context, TrainConfig train, long epoch) {
            this.context = context;
            this.train = train;
            this.epoch = epoch;
            DriverState.ofThisProcess().answer(series, this::whole);
        }

        /** Sends a state, if it was not the last one that was sent. */
        public synchronized BroadcastState send(RunState state) {
            if (sent.isEmpty() || !sent.get().state().equals(state)) {
                forget();
                String directory = WorkerStateFiles.newDirectory(state.round() + 1, epoch);
                BroadcastState bytes = BroadcastState.of(train, state, series, directory);
                sent = Optional.of(new Sent(state, bytes, context.broadcast(bytes)));
            }
            return sent.get().bytes();
        }

        public synchronized Handle broadcast(RunState state) {
            send(state);
            return new Handle(sent.orElseThrow().broadcast());
        }

        /** All parameters of the state that was sent last, for those who ask. */
        private synchronized Broadcast<float[]> whole(long round) {
            if (sent.isEmpty() || sent.get().state().round() != round) {
                throw new IllegalStateException("the parameters after round " + round + " are no longer available");
            }
            if (whole.isEmpty()) {
                whole = Optional.of(context.broadcast(sent.get().state().state().theta()));
            }
            return whole.get();
        }

        private void forget() {
            sent.ifPresent(old -> destroy(old.broadcast()));
            whole.ifPresent(Sender::destroy);
            sent = Optional.empty();
            whole = Optional.empty();
        }

        /** Here at once, so that the next one has room, and elsewhere when Spark gets round to it. */
        private static void destroy(Broadcast<?> old) {
            SparkEnv.get().blockManager().removeBroadcast(old.id(), true);
            old.destroy();
        }

        @Override
        public synchronized void close() {
            DriverState.ofThisProcess().unanswer(series);
            forget();
        }
    }
}
