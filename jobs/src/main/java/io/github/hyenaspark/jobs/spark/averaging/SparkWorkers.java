package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.jobs.spark.run.BroadcastState;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;
import io.github.hyenaspark.jobs.spark.worker.AveragingTask;
import io.github.hyenaspark.jobs.spark.worker.AveragingTask.StepLimit;
import io.github.hyenaspark.jobs.spark.worker.DistributedAverage;
import io.github.hyenaspark.jobs.spark.worker.ReplayedSteps;
import io.github.hyenaspark.jobs.spark.worker.WorkerComputation;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Spark jobs of a run: one of K tasks per round, one or none to average what they bring, and one over the held-out
 * sequences. Nothing but the plan, the common state and the results crosses the wire.
 */
public final class SparkWorkers implements Workers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SparkWorkers.class);
    private static final int HELD_OUT_CHUNKS_PER_TASK = 256; // of a job, some 50 KiB of losses

    private final JavaSparkContext context;
    private final Broadcast<TrainingPlan> plan;
    private final TrainingPlan planHere;
    private final WorkerOptions options;
    private final int chunks;
    private final BroadcastState.Sender sender;
    private Optional<DistributedAverage> held = Optional.empty();

    /**
     * How the workers are run; their results do not depend on it. The driver's {@code epoch} is in the names of what
     * workers keep; {@code replay} has what every worker did in a run that is done again.
     */
    public record WorkerOptions(AggregationSite merge, long epoch, ReplayedSteps replay, WorkerComputation work) {}

    /** Sends the plan to the executors. */
    public SparkWorkers(JavaSparkContext context, TrainingPlan plan, WorkerOptions options) {
        this.context = context;
        this.planHere = plan;
        this.options = options;
        chunks = options.work().heldOutChunks(plan);
        this.plan = context.broadcast(plan);
        sender = new BroadcastState.Sender(context, plan.train(), options.epoch());
    }

    @Override
    public String unit() {
        return options.work().unit();
    }

    @Override
    public double mostAboveFirst() {
        return options.work().mostAboveFirst();
    }

    @Override
    public void onSteps(DriverState.Listener listener) {
        DriverState.ofThisProcess().listen(planHere.run(), listener);
    }

    @Override
    public SentBytes send(RunState state) {
        BroadcastState bytes = sender.send(state);
        return new SentBytes(bytes.parameterBytes(), bytes.momentBytes());
    }

    @Override
    public List<WorkerRound> train(RunState start) {
        TrainConfig train = planHere.train();
        TaskWatch.describe(
                context,
                String.format(
                        Locale.ROOT,
                        "round %d of %d: %d workers, %d local steps each",
                        start.round() + 1,
                        train.rounds(),
                        train.workers(),
                        train.localStepsIn(start.round())));
        StepLimit limit = options.replay().limit(train, start.round());
        List<Integer> workers = options.replay().workers(train, start.round());
        var task = new AveragingTask(plan, sender.broadcast(start), options.work(), limit);
        if (train.mode() == TrainConfig.RoundMode.DEADLINE && !options.replay().isSet()) {
            return new DeadlineRound(context, train.deadline()).results(task, workers, start.round());
        }
        JavaRDD<WorkerRound> results =
                context.parallelize(new ArrayList<>(workers), workers.size()).map(task);
        if (options.merge().of(train, start.state().parameterCount()) == AggregationSite.DRIVER) {
            return results.collect();
        }
        held.ifPresent(DistributedAverage::release);
        int parameters = start.state().parameterCount();
        var bytes = DistributedAverage.Bytes.of(train, parameters, start.state().secondMoment().length);
        held = Optional.of(DistributedAverage.of(results, parameters, workers.size(), bytes));
        return held.get().reports();
    }

    @Override
    public List<WorkerRound> again(RunState start, List<Integer> workers) {
        TaskWatch.describe(
                context,
                String.format(Locale.ROOT, "round %d: %d workers once more", start.round() + 1, workers.size()));
        StepLimit limit = options.replay().limit(planHere.train(), start.round());
        JavaRDD<WorkerRound> results = context.parallelize(new ArrayList<>(workers), workers.size())
                .map(new AveragingTask(plan, sender.broadcast(start), options.work(), limit));
        return held.isPresent() ? held.get().replace(workers, results) : results.collect();
    }

    @Override
    public Averaging.AveragedState average(RunState start, Averaging averaging, List<WorkerRound> results) {
        if (held.isEmpty()) {
            return averaging.average(
                    start.state(),
                    results.stream().map(r -> r.frames().orElseThrow()).toList());
        }
        TaskWatch.describe(context, String.format(Locale.ROOT, "round %d: averages", start.round() + 1));
        DistributedAverage here = held.get();
        Averaging.AveragedState averaged = here.average(plan, sender.broadcast(start), averaging, results);
        here.release();
        held = Optional.empty();
        return averaged;
    }

    @Override
    public LossSum.ByPosition heldOut(RunState state) {
        if (chunks == 0) {
            return LossSum.ByPosition.ZERO;
        }
        TaskWatch.describe(context, String.format(Locale.ROOT, "held-out loss after round %d", state.round()));
        Broadcast<TrainingPlan> sentPlan = plan;
        WorkerComputation work = options.work();
        BroadcastState.Handle sent = sender.broadcast(state);
        LossSum.ByPosition sum = LossSum.ByPosition.ZERO;
        int to = 0;
        while (to < chunks) { // a job after the other, so that the driver holds the losses of one
            int from = to;
            int slots = Math.max(1, context.defaultParallelism());
            int tasks = Math.min(slots, planHere.train().workers()); // memory was counted for, however many slots
            to = (int) Math.min(chunks, from + (long) tasks * HELD_OUT_CHUNKS_PER_TASK);
            List<Integer> numbers =
                    new ArrayList<>(IntStream.range(from, to).boxed().toList());
            List<LossSum.ByPosition> losses = context.parallelize(numbers, Math.min(to - from, tasks))
                    .mapPartitions(
                            chunk -> work.heldOut(sentPlan.value(), sent.value().theta(), chunk))
                    .collect();
            for (LossSum.ByPosition loss : losses) { // in the order of the chunks: collect keeps it
                sum = sum.plus(loss);
            }
        }
        return sum;
    }

    @Override
    public void close() {
        held.ifPresent(DistributedAverage::release);
        DriverState.ofThisProcess().unlisten(planHere.run());
        sender.close();
        plan.destroy();
    }

    /**
     * A round that does not wait for every worker: each is a Spark job of its own, and once enough of them have sent
     * their results, the others have a grace period, after which their jobs are cancelled.
     */
    private static final class DeadlineRound {

        private final JavaSparkContext context;
        private final TrainConfig.Deadline deadline;
        private final String group = "round-" + UUID.randomUUID();

        DeadlineRound(JavaSparkContext context, TrainConfig.Deadline deadline) {
            this.context = context;
            this.deadline = deadline;
        }

        /** Where there are fewer slots than workers, those that come late are others in every round. */
        private static List<Integer> inTurn(List<Integer> workers, long round) {
            List<Integer> turns = new ArrayList<>(workers);
            int third = Math.max(1, workers.size() / 3); // with slots for as many, all have come first after three
            Collections.rotate(turns, -(int) (round * third % workers.size()));
            return turns;
        }

        /** The results in time, by worker; throws if so many workers failed that there is no quorum. */
        List<WorkerRound> results(AveragingTask task, List<Integer> workers, long round) {
            ExecutorService threads = Executors.newFixedThreadPool(workers.size());
            try {
                CompletionService<WorkerRound> jobs = new ExecutorCompletionService<>(threads);
                for (int worker : inTurn(workers, round)) {
                    jobs.submit(() -> result(task, worker));
                }
                List<WorkerRound> results = inTime(jobs, workers.size());
                results.sort(Comparator.comparingInt(WorkerRound::worker));
                return results;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the workers of a round", e);
            } finally {
                context.cancelJobGroup(group);
                threads.shutdownNow();
            }
        }

        private WorkerRound result(AveragingTask task, int worker) {
            context.setJobGroup(group, "worker " + worker + " until its deadline", true);
            return context.parallelize(new ArrayList<>(List.of(worker)), 1)
                    .map(task)
                    .collect()
                    .get(0);
        }

        private List<WorkerRound> inTime(CompletionService<WorkerRound> jobs, int workers) throws InterruptedException {
            int needed = deadline.needed(workers);
            List<WorkerRound> results = new ArrayList<>();
            int failed = 0;
            long graceEnds = 0;
            while (results.size() + failed < workers) {
                boolean enough = results.size() >= needed;
                Future<WorkerRound> next =
                        enough ? jobs.poll(graceEnds - System.nanoTime(), TimeUnit.NANOSECONDS) : jobs.take();
                if (next == null) {
                    LOG.info("{} of {} workers came in time", results.size(), workers);
                    return results;
                }
                try {
                    results.add(next.get());
                } catch (ExecutionException e) {
                    failed++;
                    LOG.warn("a worker failed", e.getCause());
                    refuseWithoutQuorum(workers - failed, needed, e);
                }
                if (!enough && results.size() >= needed) {
                    graceEnds = System.nanoTime() + (long) (deadline.graceSeconds() * TimeUnit.SECONDS.toNanos(1));
                }
            }
            return results;
        }

        private static void refuseWithoutQuorum(int left, int needed, ExecutionException failure) {
            if (left < needed) {
                String found = "a round needs the results of " + needed + " workers (train.deadline.quorum), and only "
                        + left + " are available: the others failed";
                LOG.warn(found);
                throw new UncheckedIOException(new IOException(found, failure)); // the first reason is told
            }
        }
    }
}
