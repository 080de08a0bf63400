package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerStateFiles;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.BroadcastState;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.spark.worker.AveragingTask.WorkerLocalState;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.TaskPlace;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.WorkerTimes;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The workers of a run in this thread: they train a real model on random batches, and send, keep and average what those
 * on Spark do.
 *
 * @param range parameters that one place averages, a multiple of {@link Codec#BLOCK}; 0 for all at once
 */
record LocalWorkers(
        TrainConfig train, HyenaLanguageModel model, Storage storage, CheckpointStore store, String run, int range)
        implements Workers {
    private static final int VOCABULARY = 11;
    private static final int LENGTH = 16;

    @Override
    public SentBytes send(RunState state) {
        BroadcastState sent = sent(state);
        return new SentBytes(sent.parameterBytes(), sent.momentBytes());
    }

    private BroadcastState sent(RunState state) {
        String directory = WorkerStateFiles.newDirectory(state.round() + 1, store.epoch());
        return BroadcastState.of(train, state, "series", directory);
    }

    @Override
    public List<WorkerRound> train(RunState start) {
        BroadcastState sent = sent(start);
        return IntStream.range(0, train.workers())
                .mapToObj(worker -> {
                    try {
                        return round(start, sent, worker);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private WorkerRound round(RunState start, BroadcastState sent, int worker) throws IOException {
        Optional<VectorFile> file = sent.kept(worker);
        Map<String, float[]> vectors = file.isPresent() ? WorkerStateFiles.read(storage, run, file.get()) : Map.of();
        var kept = new WorkerLocalState(train, vectors);
        TrainingState begin = kept.start(sent);
        LocalTrainer.RoundResult result = new LocalTrainer<>(model, train)
                .round(begin, start.round(), worker, step -> batch(start.round(), worker, step), done -> true);
        EncodedUpdate.Packed packed = EncodedUpdate.pack(train, begin, result, kept.residual());
        Map<String, float[]> keeps = kept.after(result.state(), packed.residual());
        Optional<VectorFile> written = keeps.isEmpty()
                ? Optional.empty()
                : Optional.of(WorkerStateFiles.write(storage, run, sent.directory(), worker, keeps));
        EncodedUpdate frames = packed.frames();
        return new WorkerRound(
                result.report(),
                frames,
                0,
                frames.parameterBytes(),
                frames.momentBytes(),
                written.orElse(null),
                new TaskPlace("1", "host", 0, MachineNumerics.fingerprint()),
                new WorkerTimes(1, 1, 1, 1));
    }

    private Batch batch(long round, int worker, long step) {
        Random random = new Random(1_000_003 * round + 1_009L * worker + step);
        int tokens = train.batchSize() * LENGTH;
        int[] ids = random.ints(tokens, 0, VOCABULARY).toArray();
        int[] targets = random.ints(tokens, 0, VOCABULARY).toArray();
        return new Batch(ids, targets, train.batchSize(), LENGTH);
    }

    @Override
    public List<WorkerRound> again(RunState start, List<Integer> workers) {
        throw new IllegalStateException("workers " + workers + " are computed again");
    }

    @Override
    public Averaging.AveragedState average(RunState start, Averaging averaging, List<WorkerRound> results) {
        List<EncodedUpdate> frames =
                results.stream().map(result -> result.frames().orElseThrow()).toList();
        if (range == 0) {
            return averaging.average(start.state(), frames);
        }
        BroadcastState sent = sent(start);
        int parameters = start.state().parameterCount();
        Averaging.AveragedState all = Averaging.AveragedState.zeros(
                parameters, sent.firstMoment().count(), sent.secondMoment().count());
        for (int from = 0; from < parameters; from += range) {
            int begin = from;
            int end = Math.min(from + range, parameters);
            TrainingState part =
                    averaging.correctsSecondMoments() ? sent.state(begin, end) : sent.parameters(begin, end);
            all.put(averaging.range(
                    part, frames.stream().map(frame -> frame.part(begin, end)).toList(), begin));
        }
        return all;
    }

    @Override
    public LossSum.ByPosition heldOut(RunState state) {
        return new LossSum.ByPosition(List.of(LossSum.ZERO, LossSum.ZERO, LossSum.ZERO));
    }
}
