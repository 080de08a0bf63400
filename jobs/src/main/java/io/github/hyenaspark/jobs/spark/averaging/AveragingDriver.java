package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.TrainingProgress.Best;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerStateFiles;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.report.progress.RoundProgress;
import io.github.hyenaspark.jobs.spark.averaging.DivergenceGuard.Checked;
import io.github.hyenaspark.jobs.spark.averaging.Workers.SentBytes;
import io.github.hyenaspark.jobs.spark.run.Handover;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.OuterOptimizer;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The round loop: the common state goes to K workers, each does its local steps, the outer optimiser makes one state of
 * the results, and after every so many rounds a checkpoint is committed. What a round computes is a function of the
 * state before it, so a run that was stopped and resumed ends with the same bits as one that was not. A round in which
 * no worker had a target teaches nothing and changes nothing but its number.
 */
public final class AveragingDriver {
    private static final Logger LOG = LoggerFactory.getLogger(AveragingDriver.class);

    private final Plan plan;
    private final TrainConfig train;
    private final Workers workers;
    private final RoundProgress progress;
    private final DivergenceGuard guard;
    private final RunStore store;
    private final AsyncCheckpointWriter ledger;
    private Best best = Best.NONE;

    /** Held to change the two fields below and the journal: {@link #stop} comes from another thread. */
    private final Object commit = new Object();

    private volatile Optional<RunState> latest = Optional.empty();
    private boolean stopped;

    public AveragingDriver(Plan plan, TrainConfig train, Workers workers, RunStore store, Progress progress) {
        this.plan = plan;
        this.train = train;
        this.workers = workers;
        this.progress = new RoundProgress(progress);
        guard = new DivergenceGuard(train.guard(), workers, store.history().train());
        this.store = store;
        ledger = new AsyncCheckpointWriter(store, plan);
    }

    /**
     * Does the rounds that are missing after a state, which is saved already unless it is at round 0, until patience
     * with the held-out loss is over; returns the last, saved. StoppedException if {@link #stop} was called meanwhile
     * and the last finished round is saved. IOException if a round could not be saved. DivergedException if a worker's
     * loss or parameters are not finite, or the training loss stays far above that of the first round, or is there when
     * this is to end before the run's last round; nothing of that round is kept.
     */
    public RunState run(Handover<RunState> start) throws IOException {
        try {
            return rounds(start);
        } catch (DivergedException e) {
            saveBefore(e);
            throw e.with(ledger.savedRound(), train.optimizer());
        }
    }

    /** The rounds before one that diverged, unless they may be part of it. */
    private void saveBefore(DivergedException divergence) {
        try {
            stop();
        } catch (IOException | RuntimeException notSaved) {
            divergence.addSuppressed(notSaved);
        }
    }

    private RunState rounds(Handover<RunState> start) throws IOException {
        RunState now = start.take();
        synchronized (commit) {
            latest = Optional.of(now);
            ledger.startsAt(now.round());
        }
        best = store.best();
        workers.onSteps(this::told);
        try (ledger) {
            while (!isOver(now)) {
                now = round(now);
            }
            synchronized (commit) {
                refuseIfStopped();
                ledger.await();
                refuseToEndIn(now);
            }
        } finally {
            workers.onSteps((round, worker, steps) -> {});
        }
        return now;
    }

    /**
     * Commits a checkpoint of the last finished round, if there is none yet, and lets no later one be committed; throws
     * if there is none then, such as of a round that may be part of a divergence. For a JVM that is about to end: the
     * loop notices at the end of its round. A save that failed before is tried again.
     */
    public void stop() throws IOException {
        store.hurry(); // what is written meanwhile may wait for samples
        synchronized (commit) {
            stopped = true;
            try {
                ledger.await();
            } catch (IOException | IllegalStateException e) {
                LOG.warn("a checkpoint could not be written; trying once more: {}", e.toString());
            }
            if (latest.isPresent() && latest.get().round() > ledger.savedRound()) {
                refuseIfDiverging();
                ledger.save(latest.get());
            }
        }
    }

    /** The last round of a job is saved, unless it may be part of a divergence. */
    private void refuseToEndIn(RunState now) {
        if (now.round() > ledger.savedRound()) {
            throw new DivergedException(
                    "round " + now.round() + ", the last of this job, is not saved: its loss is more"
                            + " than 1 nat above that of the first round, so it may be part of a divergence, which a larger"
                            + " run.stop-after-rounds or run.patience shows");
        }
    }

    /** So that the newest checkpoint is a good one. */
    private void refuseIfDiverging() throws IOException {
        if (guard.rises()) {
            throw new IOException("its loss is more than 1 nat above that of the first round");
        }
    }

    /** How the run continues after {@link #stop}; {@code why} the last finished round is not saved, if it is not. */
    public String standing(String why) {
        long saved = ledger.savedRound();
        long finished = latest.map(RunState::round).orElse(saved);
        if (finished > saved) {
            return "stopped; round " + finished + " is not saved: " + why + "; the same command "
                    + (saved > 0 ? "continues after round " + saved : "begins again");
        }
        return saved > 0
                ? "stopped after round " + saved + "; the same command continues"
                : "stopped before a round was finished; the same command begins again";
    }

    /** A worker of the running round has done so many local steps; with none it has what it starts from. */
    private void told(long round, int worker, int steps) {
        ledger.workersCompute();
        progress.told(round, worker, steps);
    }

    private boolean isOver(RunState now) {
        return now.round() >= plan.stopAfterRounds() || plan.isImpatient(best);
    }

    private RunState round(RunState before) throws IOException {
        var times = new RoundTimes();
        TestPoint.reached("round {} begins", before.round() + 1);
        progress.begin(before.round(), train.localStepsIn(before.round()));
        SentBytes sent = workers.send(before);
        times.end("broadcast");
        TestPoint.reached("round {} is sent", before.round() + 1);
        List<WorkerRound> done = workers.train(before);
        refuseOtherContract(before, done);
        times.end("train");
        times.putSlowest(done);
        TestPoint.reached("round {} is trained", before.round() + 1);
        Checked checked = guard.check(before, done);
        refuseOtherContract(before, checked.results());
        times.end("guard");
        Optional<Mean> mean = mean(before, checked);
        times.end("merge");
        TestPoint.reached("round {} is averaged", before.round() + 1);
        RunState after = mean.isPresent() ? step(before, checked, mean.get().averaged()) : unchanged(before);
        var norms = new RoundMetrics.Norms(
                RoundMetrics.DeltaStatistics.distance(
                        before.state().theta(), after.state().theta()),
                mean.map(Mean::deltaCosine).orElse(Double.NaN));
        times.end("outer");
        LossSum.ByPosition heldOut =
                plan.validatesAfter(after.round()) ? workers.heldOut(after) : LossSum.ByPosition.ZERO;
        times.end("held_out");
        LossSum measured = heldOut.total();
        best = measured.tokens() > 0 ? best.after(after.round(), measured.mean()) : best;
        TestPoint.reached("round {} is measured", after.round());
        synchronized (commit) {
            refuseIfStopped();
            ledger.await();
            times.end("checkpoint_wait");
            var entry = new RoundMetrics(
                    train,
                    after.tokens() - before.tokens(),
                    after,
                    checked,
                    norms,
                    sent,
                    length(before.round()),
                    heldOut,
                    times.toJson());
            boolean diverging = entry.tokens() > 0 ? guard.rises(entry.loss()) : guard.rises();
            ledger.write(entry, isOver(after), diverging);
            latest = Optional.of(after);
            report(entry, times.totalMillis());
        }
        return after;
    }

    /** A result of another contract would give the run bits that no machine could give it again. */
    private static void refuseOtherContract(RunState before, List<WorkerRound> results) {
        int expected = HyenaLanguageModel.NUMERIC_CONTRACT;
        for (WorkerRound result : results) {
            if (result.place().fingerprint().contract() != expected) {
                throw new IllegalArgumentException("round " + (before.round() + 1) + ": the result of worker "
                        + result.worker() + " on executor " + result.place() + " is of "
                        + result.place().fingerprint() + ", expected numeric contract " + expected
                        + ", the driver's: give all executors the driver's version of hyena-spark");
            }
        }
    }

    /** What the results of a round average to, and whether they went in the same direction. */
    private record Mean(Averaging.AveragedState averaged, double deltaCosine) {}

    /** Empty if no worker had a target: there are no weights then. */
    private Optional<Mean> mean(RunState before, Checked checked) {
        if (checked.tokens() == 0) {
            LOG.warn(
                    "round {}: no worker had a target, so parameters and moments stay as they are", before.round() + 1);
            return Optional.empty();
        }
        Averaging averaging = Averaging.of(train, before.round(), checked.reports());
        Averaging.AveragedState averaged = workers.average(before, averaging, checked.results());
        double norm = averaging.meanDeltaNorm(before.state().theta(), averaged);
        return Optional.of(new Mean(averaged, RoundMetrics.DeltaStatistics.cosine(averaging, checked.reports(), norm)));
    }

    private static RunState unchanged(RunState before) {
        return new RunState(before.round() + 1, before.tokens(), before.state(), before.outerMomentum(), before.kept());
    }

    private RunState step(RunState before, Checked checked, Averaging.AveragedState averaged) {
        OuterOptimizer.Step step = new OuterOptimizer(train.outer(), train.downCodec())
                .step(before.state().theta(), before.outerMomentum(), averaged, before.round());
        return new RunState(
                before.round() + 1,
                before.tokens() + checked.tokens(),
                step.state(),
                step.momentum(),
                kept(before.kept(), checked.results()),
                step.update());
    }

    /** Of workers whose results do not count what they kept before. */
    private static List<VectorFile> kept(List<VectorFile> before, List<WorkerRound> results) {
        Map<Integer, VectorFile> kept = new TreeMap<>();
        before.forEach(file -> kept.put(WorkerStateFiles.worker(file), file));
        results.forEach(result -> result.kept().ifPresent(file -> kept.put(result.worker(), file)));
        boolean forgets = results.stream().allMatch(result -> result.kept().isEmpty()); // another codec than before
        return forgets ? List.of() : List.copyOf(kept.values());
    }

    private int length(long round) {
        return train.lengthSchedule().lengthIn(round, plan.longest());
    }

    private void refuseIfStopped() throws IOException {
        if (!stopped) {
            return;
        }
        long finished = latest.map(RunState::round).orElse(0L);
        if (finished > ledger.savedRound()) {
            throw new IOException("stopped, and round " + finished + " could not be saved; the same command resumes at"
                    + " round " + ledger.savedRound());
        }
        throw new StoppedException(standing(""));
    }

    private void report(RoundMetrics entry, long millis) {
        String loss = entry.tokens() > 0 ? String.format(Locale.ROOT, "loss %.4f", entry.loss()) : "no target";
        LossSum heldOut = entry.heldOut().total();
        if (heldOut.tokens() > 0) {
            loss += String.format(Locale.ROOT, ", held out %.4f", heldOut.mean());
        }
        long besides = entry.times().path("held_out").asLong()
                + entry.times().path("checkpoint_wait").asLong();
        double speed = entry.tokens() / (Math.max(1, millis - besides) / 1000.0);
        progress.end(String.format(Locale.ROOT, "%s, %,.0f %s/s", loss, speed, workers.unit()));
    }

    /**
     * What the round loop does, and when. Only {@code rounds} and {@code longest} belong to the run's identity.
     *
     * @param stopAfterRounds the round after which this job stops, if the run is longer; at most {@code rounds}
     * @param validateEveryRounds measure the held-out loss after every so many rounds, and after the last; 0 only then
     * @param patience stop after so many measurements of the held-out loss above the lowest; 0 for never
     * @param checkpointEveryRounds save after every so many rounds, and when the job stops
     * @param longest L that the model allows, tokens
     * @param savesInBackground whether the next round begins while the one before is written down
     */
    public record Plan(
            long rounds,
            long stopAfterRounds,
            long validateEveryRounds,
            long patience,
            long checkpointEveryRounds,
            int longest,
            boolean savesInBackground) {
        public Plan {
            Refusal.below(1, "checkpoint.every-rounds", checkpointEveryRounds);
            boolean validates = validateEveryRounds >= 0;
            Refusal.unless(validates, "run.validate-every-rounds", validateEveryRounds, "0 (at the end only) or more");
            Refusal.unless(stopAfterRounds >= 0, "run.stop-after-rounds", stopAfterRounds, "0 (at the end) or more");
            stopAfterRounds = stopAfterRounds == 0 ? rounds : Math.min(rounds, stopAfterRounds);
        }

        /** How often the held-out loss is measured in the whole run. */
        public long validations() {
            return validateEveryRounds == 0 ? 1 : (rounds + validateEveryRounds - 1) / validateEveryRounds;
        }

        boolean validatesAfter(long round) {
            return round == rounds || (validateEveryRounds > 0 && round % validateEveryRounds == 0);
        }

        boolean savesAfter(long round) {
            return round % checkpointEveryRounds == 0;
        }

        /** Whether a run whose best round is this one ends without its other rounds. */
        public boolean isImpatient(Best best) {
            return patience > 0 && best.measuredSince() >= patience;
        }
    }

    static final class RoundTimes {
        private static final long NANOS_PER_MILLI = 1_000_000;

        private final Map<String, Long> millis = new LinkedHashMap<>();
        private final long begin = System.nanoTime();
        private long phaseBegin = begin;

        /** Ends the phase that began with the previous call, or with this stopwatch. */
        void end(String phase) {
            long now = System.nanoTime();
            millis.put(phase, (now - phaseBegin) / NANOS_PER_MILLI);
            phaseBegin = now;
        }

        void putSlowest(List<WorkerRound> workers) {
            millis.put("slowest_worker", slowest(workers, WorkerRound.WorkerTimes::total));
            millis.put("slowest_fetch", slowest(workers, WorkerRound.WorkerTimes::fetch));
            millis.put("slowest_load", slowest(workers, WorkerRound.WorkerTimes::load));
            millis.put("slowest_compute", slowest(workers, WorkerRound.WorkerTimes::compute));
            millis.put("slowest_encode", slowest(workers, WorkerRound.WorkerTimes::encode));
        }

        private static long slowest(List<WorkerRound> workers, ToLongFunction<WorkerRound.WorkerTimes> time) {
            return workers.stream()
                    .map(WorkerRound::times)
                    .mapToLong(time)
                    .max()
                    .orElse(0);
        }

        long totalMillis() {
            return (System.nanoTime() - begin) / NANOS_PER_MILLI;
        }

        /** All phases and the total up to now, milliseconds. */
        ObjectNode toJson() {
            ObjectNode json = Json.object();
            millis.forEach(json::put);
            return json.put("total", totalMillis());
        }
    }

    /** The run was told to stop, and has saved what it had. */
    public static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        StoppedException(String message) {
            super(message);
        }
    }

    /** More of the same training leads nowhere: numbers are not finite, or the loss rises and does not come back. */
    public static final class DivergedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        DivergedException(String problem) {
            super(problem);
        }

        DivergedException with(long checkpoint, TrainConfig.Optimizer optimizer) {
            String good = checkpoint > 0
                    ? "the last good checkpoint is that of round " + checkpoint
                    : "there is no checkpoint yet";
            String rates = optimizer == TrainConfig.Optimizer.MUON ? "train.matrix-lr, train.lr" : "train.lr";
            var told = new DivergedException(getMessage() + "; " + good + ". A smaller " + rates
                    + " or train.clip-norm may help, or train.guard.action=drop if a single worker is bad");
            told.setStackTrace(getStackTrace());
            List.of(getSuppressed()).forEach(told::addSuppressed);
            return told;
        }
    }
}
