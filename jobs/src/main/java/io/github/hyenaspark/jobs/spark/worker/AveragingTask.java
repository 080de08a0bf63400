package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerStateFiles;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.spark.broadcast.BroadcastState;
import io.github.hyenaspark.jobs.spark.broadcast.BroadcastState.Received;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.broadcast.WorkerLocalState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.TaskPlace;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.WorkerTimes;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/**
 * One worker's part of one round: local steps from the round's common state. The result is a pure function of plan,
 * state, round and worker (and under a deadline of the steps that it does), so a retried, speculative or moved task
 * gives the same bits. It reads its batches itself. What a worker keeps for its next round it writes under a name that
 * no other attempt has; only what the driver names afterwards counts.
 */
public final class AveragingTask implements Function<Integer, WorkerRound> {
    private static final long serialVersionUID = 2;

    private final Broadcast<TrainingPlan> plan;
    private final BroadcastState.Handle sent;
    private final WorkerComputation work;
    private final StepLimit limit;

    public AveragingTask(
            Broadcast<TrainingPlan> plan, BroadcastState.Handle sent, WorkerComputation work, StepLimit limit) {
        this.plan = plan;
        this.sent = sent;
        this.work = work;
        this.limit = limit;
    }

    @Override
    public WorkerRound call(Integer worker) throws IOException {
        long begin = System.nanoTime();
        TrainingPlan plan = this.plan.value();
        Received received = this.sent.receive();
        BroadcastState sent = received.state();
        ExecutorState executor = ExecutorState.ofThisProcess();
        Storage storage = executor.storage();
        var kept = new WorkerLocalState(plan.train(), kept(storage, plan, sent, worker));
        TrainingState start = kept.start(sent);
        TestPoint.reached("worker {} begins", worker);
        var part = new WorkerComputation.Assignment(sent.round(), worker);
        executor.tell(plan.run(), part.round(), part.worker(), 0);
        long read = System.nanoTime();
        WorkerComputation.Done done = work.round(executor, plan, part, start, limit.of(worker, read));
        LocalTrainer.RoundResult result = done.result();
        TestPoint.reached("worker {} has trained", worker);
        long trained = System.nanoTime();
        EncodedUpdate.Packed packed = EncodedUpdate.pack(plan.train(), start, result, kept.residual());
        Map<String, float[]> keeps = kept.after(result.state(), packed.residual());
        Optional<VectorFile> written = keeps.isEmpty()
                ? Optional.empty()
                : Optional.of(WorkerStateFiles.write(storage, plan.run(), sent.directory(), worker, keeps));
        TaskPlace place = TaskPlace.here();
        TestPoint.reached(
                "worker {} has its frames of round {}, attempt {}", worker, sent.round() + 1, place.attempt());
        var times = new WorkerTimes(
                millis(read - begin),
                millis(done.loadNanos()),
                millis(done.nanos() - done.loadNanos()),
                millis(System.nanoTime() - trained));
        EncodedUpdate frames = packed.frames();
        return new WorkerRound(
                result.report(),
                frames,
                received.wholeBytes(),
                frames.parameterBytes(),
                frames.momentBytes(),
                written.orElse(null),
                place,
                times);
    }

    private static Map<String, float[]> kept(Storage storage, TrainingPlan plan, BroadcastState sent, int worker)
            throws IOException {
        Optional<VectorFile> file = sent.kept(worker);
        return file.isPresent() ? WorkerStateFiles.read(storage, plan.run(), file.get()) : Map.of();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
