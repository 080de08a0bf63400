package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.spark.broadcast.BroadcastState;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Function1;
import scala.Function2;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.runtime.BoxedUnit;

/**
 * Results of a round that stay with the executors. Every executor cuts its workers' frames into ranges of parameters, a
 * shuffle brings each range of all workers to one place, where it is averaged in the order of the workers, and the
 * driver collects one average of every range. A result that is lost with its executor is computed again by Spark, to
 * the same bits.
 */
public final class DistributedAverage {
    /** Parameters of a range, at least: fewer would cost more tasks than they save. */
    private static final int SMALLEST_RANGE = 64 * Codec.BLOCK;

    private static final int RANGES_PER_WORKER = 2;
    /** Bytes of a range of all workers, about, which one task holds; more only with very many workers. */
    private static final long MOST_OF_ALL = 256L << 20;
    /** Bytes of a range of one worker or of the mean, of which the driver takes several at a time. */
    private static final long MOST_OF_ONE = 16L << 20;
    /** Threads in which Spark's driver takes results, each serialized, as a message and as an object. */
    private static final int TAKEN_AT_ONCE = 4 * 3;

    private JavaRDD<WorkerRound> results;
    private final List<JavaRDD<WorkerRound>> persisted = new ArrayList<>();

    private DistributedAverage(JavaRDD<WorkerRound> results) {
        this.results = results;
    }

    /** Holds what becomes of these; nothing is computed yet. */
    public static DistributedAverage of(JavaRDD<WorkerRound> results) {
        var held = new DistributedAverage(results);
        held.persist(results);
        return held;
    }

    private void persist(JavaRDD<WorkerRound> rdd) {
        persisted.add(rdd.persist(StorageLevel.MEMORY_AND_DISK()));
    }

    /** Computes the results and says what they are, without their frames. */
    public List<WorkerRound> reports() {
        return results.map(WorkerRound::withoutFrames).collect();
    }

    /** Puts another result of a worker in the place of the one there is, and says what it is. */
    public WorkerRound replace(int worker, JavaRDD<WorkerRound> result) {
        persist(result);
        results = results.filter(other -> other.worker() != worker).union(result);
        return result.map(WorkerRound::withoutFrames).collect().get(0);
    }

    public Averaging.AveragedState average(
            Broadcast<TrainingPlan> plan, BroadcastState.Handle start, Averaging averaging, List<WorkerRound> counted) {
        BroadcastState sent = start.value();
        int parameters = sent.theta().length;
        WorkerRound first = counted.get(0);
        int range = range(parameters, counted.size(), first.parameterBytes() + first.momentBytes());
        Set<Integer> workers = counted.stream().map(WorkerRound::worker).collect(Collectors.toSet());
        int ranges = (parameters + range - 1) / range;
        Averaging.AveragedState all = Averaging.AveragedState.zeros(
                parameters, sent.firstMoment().count(), sent.secondMoment().count());
        JavaRDD<Averaging.AveragedState> averages = results.filter(result -> workers.contains(result.worker()))
                .flatMapToPair(result -> cut(result, parameters, range))
                .groupByKey(ranges)
                .map(new AverageRangeTask(plan, start, averaging, range));
        forEach(averages, all::put);
        return all;
    }

    /**
     * Parameters of a range: a multiple of {@link Codec#BLOCK}, so that no block of a codec is cut.
     *
     * @param bytes of one worker's result
     */
    static int range(int parameters, int workers, long bytes) {
        int even = (parameters + workers * RANGES_PER_WORKER - 1) / (workers * RANGES_PER_WORKER);
        long most = Math.min(MOST_OF_ONE, MOST_OF_ALL / workers) * parameters / bytes;
        int blocks = (Math.max((int) Math.min(even, most), SMALLEST_RANGE) + Codec.BLOCK - 1) / Codec.BLOCK;
        return blocks * Codec.BLOCK;
    }

    /** Bytes that a task holds which averages a range. */
    public static long bytesOfTask(int parameters, int workers, long bytes) {
        return (workers + 1) * bytesOfRange(parameters, workers, bytes);
    }

    /** Bytes of averages on their way through the driver. */
    public static long bytesOnDriver(int parameters, int workers, long bytes) {
        return TAKEN_AT_ONCE * bytesOfRange(parameters, workers, bytes);
    }

    private static long bytesOfRange(int parameters, int workers, long bytes) {
        return bytes * Math.min(range(parameters, workers, bytes), parameters) / parameters;
    }

    /** Hands over what the partitions give as it comes, so that they are never held together. */
    private static void forEach(JavaRDD<Averaging.AveragedState> averages, Consumer<Averaging.AveragedState> consumer) {
        averages.context()
                .runJob(
                        averages.rdd(),
                        (Function1<scala.collection.Iterator<Averaging.AveragedState>, Averaging.AveragedState[]>
                                        & Serializable)
                                DistributedAverage::all,
                        (Function2<Object, Averaging.AveragedState[], BoxedUnit>) (partition, parts) -> {
                            Arrays.stream(parts).forEach(consumer);
                            return BoxedUnit.UNIT;
                        },
                        ClassTag.apply(Averaging.AveragedState[].class));
    }

    private static Averaging.AveragedState[] all(scala.collection.Iterator<Averaging.AveragedState> parts) {
        List<Averaging.AveragedState> all = new ArrayList<>();
        while (parts.hasNext()) {
            all.add(parts.next());
        }
        return all.toArray(new Averaging.AveragedState[0]);
    }

    /** One part at a time. */
    private static Iterator<Tuple2<Integer, WorkerFrames>> cut(WorkerRound result, int parameters, int range) {
        EncodedUpdate frames = result.frames().orElseThrow();
        return IntStream.range(0, (parameters + range - 1) / range)
                .mapToObj(number -> {
                    int from = number * range;
                    EncodedUpdate part = frames.part(from, Math.min(from + range, parameters));
                    return new Tuple2<>(number, new WorkerFrames(result.worker(), part));
                })
                .iterator();
    }

    public void release() {
        persisted.forEach(rdd -> rdd.unpersist(false));
        persisted.clear();
    }

    /** Averages one range of the parameters in the order of the workers, whatever order they came in. */
    static final class AverageRangeTask
            implements Function<Tuple2<Integer, Iterable<WorkerFrames>>, Averaging.AveragedState> {
        private static final long serialVersionUID = 2;

        private final Broadcast<TrainingPlan> plan;
        private final BroadcastState.Handle start;
        private final double[] weights;
        private final int[] steps;
        private final int range;

        AverageRangeTask(Broadcast<TrainingPlan> plan, BroadcastState.Handle start, Averaging averaging, int range) {
            this.plan = plan;
            this.start = start;
            weights = averaging.weights().stream().mapToDouble(w -> w).toArray();
            steps = averaging.steps().stream().mapToInt(h -> h).toArray();
            this.range = range;
        }

        @Override
        public Averaging.AveragedState call(Tuple2<Integer, Iterable<WorkerFrames>> parts) {
            List<WorkerFrames> workers = new ArrayList<>();
            parts._2().forEach(workers::add);
            workers.sort(Comparator.comparingInt(WorkerFrames::worker));
            List<EncodedUpdate> frames =
                    workers.stream().map(WorkerFrames::frames).toList();
            BroadcastState sent = start.value();
            var averaging = new Averaging(
                    plan.value().train(),
                    sent.round(),
                    Arrays.stream(weights).boxed().toList(),
                    Arrays.stream(steps).boxed().toList());
            int from = parts._1() * range;
            TestPoint.reached("averages from parameter {}", from);
            int to = Math.min(from + range, sent.theta().length);
            TrainingState part = averaging.correctsSecondMoments() ? sent.state(from, to) : sent.parameters(from, to);
            return averaging.range(part, frames, from);
        }
    }

    /** Worker k's update of a range of parameters. */
    public record WorkerFrames(int worker, EncodedUpdate frames) implements Serializable {}
}
