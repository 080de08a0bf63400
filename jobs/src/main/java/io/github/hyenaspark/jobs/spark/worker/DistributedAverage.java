package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.spark.run.BroadcastState;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.Function2;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.runtime.BoxedUnit;

/**
 * Results of a round that stay with the executors. Every executor cuts its workers' frames into ranges of parameters
 * and writes them to its disk, as the map side of a shuffle, one range at a time; the driver takes only what the
 * workers report. Then the shuffle brings each range of all workers to one place, where it is averaged in the order of
 * the workers, and the driver collects one average of every range. No executor holds a result longer than it takes to
 * write it. One that is lost with its executor is computed again by Spark, to the same bits.
 */
public final class DistributedAverage {
    /** Parameters of a range, at least: fewer would cost more tasks than they save. */
    private static final int SMALLEST_RANGE = 64 * Codec.BLOCK;

    private static final int RANGES_PER_WORKER = 2;
    /** Bytes of a range of all workers, about, which one task holds; more only with very many workers. */
    private static final long MOST_OF_ALL = 256L << 20;
    /** Bytes of a range of one worker or of the mean: the driver takes several at a time, below half a heap region. */
    private static final long MOST_OF_ONE = 6L << 20;
    /** Threads in which Spark's driver takes results, each serialized, as a message and as an object. */
    private static final int TAKEN_AT_ONCE = 4 * 3;

    private final int parameters;
    private final int range;
    private final HashPartitioner partitioner; // a partition for each range, and the last one for what workers report
    private final List<JavaPairRDD<Integer, Part>> shuffled = new ArrayList<>();
    private JavaPairRDD<Integer, Part> parts;

    private DistributedAverage(JavaRDD<WorkerRound> results, int parameters, int range) {
        this.parameters = parameters;
        this.range = range;
        partitioner = new HashPartitioner(1 + (parameters + range - 1) / range);
        parts = shuffled(results);
    }

    /**
     * What becomes of these results, which are not computed yet.
     *
     * @param parameters P
     */
    public static DistributedAverage of(JavaRDD<WorkerRound> results, int parameters, int workers, Bytes bytes) {
        return new DistributedAverage(results, parameters, range(parameters, workers, bytes));
    }

    /** Of one worker's result, encoded, and of the mean of all, which is not; of all parameters, about. */
    public record Bytes(long result, long mean) {
        /** Of a run with P parameters and Q second moments. */
        public static Bytes of(TrainConfig train, long parameters, long secondMoments) {
            return new Bytes(
                    AggregationSite.resultBytes(train, parameters, secondMoments),
                    AggregationSite.meanBytes(train, parameters, secondMoments));
        }
    }

    private JavaPairRDD<Integer, Part> shuffled(JavaRDD<WorkerRound> results) {
        int count = parameters;
        int each = range;
        JavaPairRDD<Integer, Part> cut =
                results.flatMapToPair(result -> cut(result, count, each)).partitionBy(partitioner);
        shuffled.add(cut);
        return cut;
    }

    /** Computes the results and says what they are, without their frames, in the order of the workers. */
    public List<WorkerRound> reports() {
        return reports(parts);
    }

    private List<WorkerRound> reports(JavaPairRDD<Integer, Part> of) {
        return of.collectPartitions(new int[] {partitioner.numPartitions() - 1})[0].stream()
                .map(part -> part._2().report().orElseThrow())
                .sorted(Comparator.comparingInt(WorkerRound::worker))
                .toList();
    }

    /** Puts other results of some workers in the place of those there are, and says what they are, as in reports. */
    public List<WorkerRound> replace(List<Integer> workers, JavaRDD<WorkerRound> results) {
        Set<Integer> replaced = Set.copyOf(workers);
        JavaPairRDD<Integer, Part> again = shuffled(results);
        List<WorkerRound> reports = reports(again);
        parts = parts.filter(part -> !replaced.contains(part._2().worker())).union(again);
        return reports;
    }

    /**
     * The average of a round. IllegalArgumentException if an executor that averaged has a program of another numeric
     * contract.
     */
    public Averaging.AveragedState average(
            Broadcast<TrainingPlan> plan, BroadcastState.Handle start, Averaging averaging, List<WorkerRound> counted) {
        BroadcastState sent = start.sent().value(); // its sizes alone: the parameters need not be received here
        Set<Integer> workers = counted.stream().map(WorkerRound::worker).collect(Collectors.toSet());
        Averaging.AveragedState all = Averaging.AveragedState.zeros(
                parameters, sent.firstMoment().count(), sent.secondMoment().count());
        var task = new AverageRangeTask(plan, start, averaging, workers, range);
        JavaRDD<AveragedRange> averages = parts.mapPartitionsWithIndex(task, true);
        Set<Integer> contracts = new TreeSet<>();
        forEach(averages, range -> {
            contracts.add(range.contract());
            all.put(range.averaged());
        });
        refuseOtherContracts(sent.round(), contracts);
        return all;
    }

    /** As of the results of workers: bits of another contract would be bits that no machine gives again. */
    static void refuseOtherContracts(long round, Set<Integer> contracts) {
        int expected = HyenaLanguageModel.NUMERIC_CONTRACT;
        if (!contracts.equals(Set.of(expected))) {
            throw new IllegalArgumentException("round " + (round + 1) + ": executors averaged by the numeric contracts "
                    + contracts + ", expected " + expected
                    + ", the driver's: give all executors the driver's version of hyena-spark");
        }
    }

    /** Parameters of a range: a multiple of {@link Codec#BLOCK}, so that no block of a codec is cut. */
    static int range(int parameters, int workers, Bytes bytes) {
        int even = (parameters + workers * RANGES_PER_WORKER - 1) / (workers * RANGES_PER_WORKER);
        long larger = Math.max(bytes.result(), bytes.mean());
        long most = Math.min(MOST_OF_ONE * parameters / larger, MOST_OF_ALL / workers * parameters / bytes.result());
        int blocks = (Math.max((int) Math.min(even, most), SMALLEST_RANGE) + Codec.BLOCK - 1) / Codec.BLOCK;
        return blocks * Codec.BLOCK;
    }

    /** Bytes that a task holds which averages a range. */
    public static long bytesOfTask(int parameters, int workers, Bytes bytes) {
        int range = Math.min(range(parameters, workers, bytes), parameters);
        return (workers * bytes.result() + bytes.mean()) * range / parameters;
    }

    /** Bytes of averages on their way through the driver. */
    public static long bytesOnDriver(int parameters, int workers, Bytes bytes) {
        int range = Math.min(range(parameters, workers, bytes), parameters);
        return TAKEN_AT_ONCE * (bytes.mean() * range / parameters);
    }

    /** Hands over what the ranges give as it comes, so that they are never held together. */
    private void forEach(JavaRDD<AveragedRange> averages, Consumer<AveragedRange> consumer) {
        averages.context()
                .runJob(
                        averages.rdd(),
                        (Function1<scala.collection.Iterator<AveragedRange>, AveragedRange[]> & Serializable)
                                DistributedAverage::all,
                        (Function2<Object, AveragedRange[], BoxedUnit>) (partition, found) -> {
                            Arrays.stream(found).forEach(consumer);
                            return BoxedUnit.UNIT;
                        },
                        ClassTag.apply(AveragedRange[].class));
    }

    private static AveragedRange[] all(scala.collection.Iterator<AveragedRange> parts) {
        List<AveragedRange> all = new ArrayList<>();
        while (parts.hasNext()) {
            all.add(parts.next());
        }
        return all.toArray(new AveragedRange[0]);
    }

    /** One part at a time. */
    private static Iterator<Tuple2<Integer, Part>> cut(WorkerRound result, int parameters, int range) {
        EncodedUpdate frames = result.frames().orElseThrow();
        int ranges = (parameters + range - 1) / range;
        var report = new Tuple2<>(ranges, new Part(result.worker(), null, result.withoutFrames()));
        Stream<Tuple2<Integer, Part>> parts = IntStream.range(0, ranges).mapToObj(number -> {
            int from = number * range;
            EncodedUpdate part = frames.part(from, Math.min(from + range, parameters));
            return new Tuple2<>(number, new Part(result.worker(), part, null));
        });
        return Stream.concat(Stream.of(report), parts).iterator();
    }

    /** Lets executors delete what they wrote. */
    public void release() {
        shuffled.forEach(written -> written.rdd().cleanShuffleDependencies(false));
        shuffled.clear();
    }

    /** Averages one range of the parameters in the order of the workers, whatever order they came in. */
    static final class AverageRangeTask
            implements org.apache.spark.api.java.function.Function2<
                    Integer, Iterator<Tuple2<Integer, Part>>, Iterator<AveragedRange>> {
        private static final long serialVersionUID = 4;

        private final Broadcast<TrainingPlan> plan;
        private final BroadcastState.Handle start;
        private final double[] weights;
        private final int[] steps;
        private final Set<Integer> counted;
        private final int range;

        AverageRangeTask(
                Broadcast<TrainingPlan> plan,
                BroadcastState.Handle start,
                Averaging averaging,
                Set<Integer> counted,
                int range) {
            this.plan = plan;
            this.start = start;
            weights = averaging.weights().stream().mapToDouble(w -> w).toArray();
            steps = averaging.steps().stream().mapToInt(h -> h).toArray();
            this.counted = new HashSet<>(counted);
            this.range = range;
        }

        /** The average; nothing for the partition of what the workers report. */
        @Override
        public Iterator<AveragedRange> call(Integer number, Iterator<Tuple2<Integer, Part>> parts) {
            BroadcastState sent = start.value();
            int from = number * range;
            if (from >= sent.theta().length) {
                return Collections.emptyIterator();
            }
            List<Part> workers = new ArrayList<>();
            while (parts.hasNext()) {
                Part part = parts.next()._2();
                if (part.frames().isPresent() && counted.contains(part.worker())) {
                    workers.add(part);
                }
            }
            workers.sort(Comparator.comparingInt(Part::worker));
            List<EncodedUpdate> frames =
                    workers.stream().map(part -> part.frames().orElseThrow()).toList();
            var averaging = new Averaging(
                    plan.value().train(),
                    sent.round(),
                    Arrays.stream(weights).boxed().toList(),
                    Arrays.stream(steps).boxed().toList());
            TestPoint.reached("averages from parameter {}", from);
            int to = Math.min(from + range, sent.theta().length);
            TrainingState part = averaging.correctsSecondMoments() ? sent.state(from, to) : sent.parameters(from, to);
            Averaging.AveragedState averaged = averaging.range(part, frames, from);
            return List.of(new AveragedRange(HyenaLanguageModel.NUMERIC_CONTRACT, averaged))
                    .iterator();
        }
    }

    /** The average of a range, and the numeric contract of the program that averaged. */
    public record AveragedRange(int contract, Averaging.AveragedState averaged) implements Serializable {}

    /**
     * What the shuffle carries of a worker's result: its update of a range of parameters, or what it reports.
     *
     * @param update null in a report
     * @param round the result without its frames; null beside an update
     */
    public record Part(
            int worker,
            @Nullable EncodedUpdate update,
            @Nullable WorkerRound round) implements Serializable {
        Optional<EncodedUpdate> frames() {
            return Optional.ofNullable(update);
        }

        Optional<WorkerRound> report() {
            return Optional.ofNullable(round);
        }
    }
}
