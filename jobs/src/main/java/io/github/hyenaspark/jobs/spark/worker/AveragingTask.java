package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerStateFiles;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.spark.run.BroadcastState;
import io.github.hyenaspark.jobs.spark.run.BroadcastState.Received;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.TaskPlace;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.WorkerTimes;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
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
        ExecutorState.endIfCancelled();
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

    /** How many of a round's local steps a worker does at most. */
    public sealed interface StepLimit extends Serializable {
        /** Whether a worker that began at this {@link System#nanoTime} takes another step after so many. */
        IntPredicate of(int worker, long beginNanos);

        record None() implements StepLimit {
            @Override
            public IntPredicate of(int worker, long beginNanos) {
                return done -> true;
            }
        }

        /** As many as begin within some time. */
        record Time(long nanos) implements StepLimit {
            @Override
            public IntPredicate of(int worker, long beginNanos) {
                return done -> System.nanoTime() - beginNanos < nanos;
            }
        }

        /** As many as it did before; 0 if its result came too late and did not count. */
        record Counts(List<Integer> steps) implements StepLimit {
            @Override
            public IntPredicate of(int worker, long beginNanos) {
                return done -> done < steps.get(worker);
            }
        }
    }

    /**
     * What a worker keeps between two rounds besides what all workers share: its moments under
     * {@link TrainConfig.MomentPolicy#LOCAL}, and what its codec has lost so far. Vectors are by name, P each; none
     * before the first round.
     */
    public record WorkerLocalState(TrainConfig train, Map<String, float[]> vectors) {
        private static final String FIRST = "first-moment";
        private static final String SECOND = "second-moment";
        private static final String RESIDUAL = "residual";
        private static final float[] NOTHING = {};

        public TrainingState start(BroadcastState sent) {
            if (sent.sharesMoments()) {
                return sent.state();
            }
            float[] first = vectors.getOrDefault(FIRST, NOTHING);
            boolean local = train.innerState() == TrainConfig.MomentPolicy.LOCAL && first.length > 0;
            return local
                    ? new TrainingState(sent.theta(), first, vectors.getOrDefault(SECOND, NOTHING))
                    : TrainingState.parametersOnly(sent.theta());
        }

        /** What its codec has lost, P, or nothing, as after another codec. */
        public float[] residual() {
            return !train.codec().feedsErrorBack() ? NOTHING : vectors.getOrDefault(RESIDUAL, NOTHING);
        }

        public Map<String, float[]> after(TrainingState end, float[] residual) {
            Map<String, float[]> keeps = new TreeMap<>();
            if (train.innerState() == TrainConfig.MomentPolicy.LOCAL) {
                keeps.put(FIRST, end.firstMoment());
                keeps.put(SECOND, end.secondMoment());
            }
            if (residual.length > 0) {
                keeps.put(RESIDUAL, residual);
            }
            return keeps;
        }
    }
}
