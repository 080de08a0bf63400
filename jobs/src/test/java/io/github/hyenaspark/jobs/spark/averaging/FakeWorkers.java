package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics.Fingerprint;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.TaskPlace;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.WorkerTimes;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.TrainingState;
import io.github.hyenaspark.train.optim.TrainingStates;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;

/** Two workers; each moves every parameter by a number that depends on state, round and worker. */
final class FakeWorkers implements Workers {
    static final int PARAMETERS = 3;
    static final TrainConfig TRAIN = new TrainConfigDraft().config();

    final List<Long> rounds = new ArrayList<>();
    final List<Long> validated = new ArrayList<>();
    Runnable afterTraining = () -> {};
    final List<Integer> again = new ArrayList<>();
    int timesAgain;
    Fingerprint fingerprint = new Fingerprint(HyenaLanguageModel.NUMERIC_CONTRACT, "17", "scalar", "a processor");
    double lossOfWorkerZero = 4;
    double lossOfWorkerOne = 2;
    double stepOfWorkerOne = 1;
    long tokens = 10;
    double lossTheSecondTime = 2;
    double stepTheSecondTime = 1;
    LongToDoubleFunction heldOut = round -> 1;
    double mostAboveFirst = 1;
    int stepsOfWorkerOne = 2;

    @Override
    public double mostAboveFirst() {
        return mostAboveFirst;
    }

    @Override
    public SentBytes send(RunState state) {
        return new SentBytes(4L * PARAMETERS, 8L * PARAMETERS);
    }

    @Override
    public List<WorkerRound> train(RunState start) {
        rounds.add(start.round());
        List<WorkerRound> results = IntStream.range(0, 2)
                .mapToObj(worker ->
                        result(start, worker, worker == 1 ? lossOfWorkerOne : lossOfWorkerZero, stepOfWorkerOne))
                .toList();
        afterTraining.run();
        return results;
    }

    @Override
    public List<WorkerRound> again(RunState start, List<Integer> workers) {
        again.addAll(workers);
        timesAgain++;
        var elsewhere = new TaskPlace("8", "other", 0, fingerprint);
        return workers.stream()
                .map(worker -> result(start, worker, lossTheSecondTime, stepTheSecondTime, elsewhere))
                .toList();
    }

    private WorkerRound result(RunState start, int worker, double loss, double step) {
        return result(start, worker, loss, step, new TaskPlace("7", "host", 0, fingerprint));
    }

    private WorkerRound result(RunState start, int worker, double loss, double step, TaskPlace place) {
        TrainingState state = TrainingStates.copyOf(start.state());
        for (int i = 0; i < PARAMETERS; i++) {
            float move = 0.1f * (start.round() + 1) + 0.01f * worker + 0.3f * state.theta()[i];
            state.theta()[i] += worker == 1 ? (float) step * move : move;
            state.firstMoment()[i] += 0.7f * worker;
        }
        double norm = RoundMetrics.DeltaStatistics.distance(start.state().theta(), state.theta());
        var report = new LocalTrainer.WorkerReport(
                worker, worker == 1 ? stepsOfWorkerOne : 2, tokens, tokens * loss, 1, norm);
        EncodedUpdate frames = EncodedUpdate.pack(
                        TRAIN, start.state(), new LocalTrainer.RoundResult(report, state), new float[0])
                .frames();
        return new WorkerRound(
                report,
                frames,
                0,
                frames.parameterBytes(),
                frames.momentBytes(),
                null,
                place,
                new WorkerTimes(1, 1, 2, 3));
    }

    @Override
    public Averaging.AveragedState average(RunState start, Averaging averaging, List<WorkerRound> results) {
        return averaging.average(
                start.state(),
                results.stream().map(r -> r.frames().orElseThrow()).toList());
    }

    @Override
    public LossSum.ByPosition heldOut(RunState state) {
        validated.add(state.round());
        double factor = heldOut.applyAsDouble(state.round());
        return new LossSum.ByPosition(List.of(new LossSum(4 * factor, 2), LossSum.ZERO, new LossSum(8 * factor, 2)));
    }
}
