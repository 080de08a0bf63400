package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.TrainingState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The Spark jobs of a run: one of K tasks per round, and one over the held-out sequences. Nothing but the plan, the
 * state of parameters and the results crosses the wire; a state is sent once, also when it is first measured and then
 * trained on, and its broadcast is destroyed before the next one is made.
 */
public final class SparkWorkers implements Workers, AutoCloseable {
    private final JavaSparkContext context;
    private final Broadcast<TrainingPlan> plan;
    private final TrainingPlan planHere;
    private final int chunks;
    private Optional<SentState> sent = Optional.empty();

    private record SentState(TrainingState state, Broadcast<TrainingState> broadcast) {}

    private SparkWorkers(JavaSparkContext context, TrainingPlan plan, int chunks) {
        this.context = context;
        this.planHere = plan;
        this.chunks = chunks;
        this.plan = context.broadcast(plan);
    }

    /**
     * Sends the plan to the executors.
     *
     * @throws IOException if the held-out data cannot be opened
     */
    public static SparkWorkers open(JavaSparkContext context, Storage storage, TrainingPlan plan) throws IOException {
        if (plan.snapshot().documents(Split.VALIDATION) == 0) {
            return new SparkWorkers(context, plan, 0);
        }
        try (TokenBatches heldOut =
                TokenBatches.open(storage, plan.snapshot(), plan.dataset(), Split.VALIDATION, plan.heldOutPacking())) {
            int chunks = HeldOutTask.chunks(heldOut.sequences(), plan.train().batchSize());
            return new SparkWorkers(context, plan, chunks);
        }
    }

    @Override
    public long send(TrainingState state) {
        if (sent.isPresent() && sent.get().state().equals(state)) {
            return 0;
        }
        destroySent();
        long begin = System.nanoTime();
        sent = Optional.of(new SentState(state, context.broadcast(state)));
        return System.nanoTime() - begin;
    }

    @Override
    public List<WorkerRound> train(long round, TrainingState start) {
        int workers = planHere.train().workers();
        describe(String.format(
                Locale.ROOT,
                "round %d of %d: %d workers, %d local steps each",
                round + 1,
                planHere.train().rounds(),
                workers,
                planHere.train().localSteps()));
        return context.parallelize(numbers(workers), workers)
                .map(new AveragingTask(plan, broadcast(start), round))
                .collect();
    }

    @Override
    public LossSum heldOut(long rounds, TrainingState state) {
        if (chunks == 0) {
            return LossSum.ZERO;
        }
        describe(String.format(Locale.ROOT, "held-out loss after round %d", rounds));
        int partitions = Math.min(chunks, Math.max(1, context.defaultParallelism()));
        List<ChunkLoss> losses = context.parallelize(numbers(chunks), partitions)
                .mapPartitions(new HeldOutTask(plan, broadcast(state)))
                .collect();
        LossSum sum = LossSum.ZERO;
        for (ChunkLoss loss : losses) { // in the order of the chunks: collect keeps it
            sum = sum.plus(loss.loss());
        }
        return sum;
    }

    @Override
    public void close() {
        destroySent();
        plan.destroy();
    }

    private Broadcast<TrainingState> broadcast(TrainingState state) {
        send(state);
        return sent.orElseThrow().broadcast();
    }

    private void destroySent() {
        sent.ifPresent(old -> old.broadcast().destroy());
        sent = Optional.empty();
    }

    private void describe(String description) {
        context.setJobDescription(description);
        context.setCallSite(description);
    }

    private static List<Integer> numbers(int count) {
        return new ArrayList<>(IntStream.range(0, count).boxed().toList());
    }
}
