package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerObjects;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.report.progress.RoundProgress;
import io.github.hyenaspark.jobs.spark.averaging.RoundGuard.Checked;
import io.github.hyenaspark.jobs.spark.averaging.Workers.SentBytes;
import io.github.hyenaspark.jobs.spark.run.RunPlugin;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.LossByPosition;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.averaging.Averaged;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.OuterOptimizer;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

    private final DriverPlan plan;
    private final TrainConfig train;
    private final Workers workers;
    private final RunStore store;
    private final RoundProgress progress;
    private final RoundGuard guard;
    private final RoundLedger ledger;

    /** Guards the two fields below and the journal: {@link #stop} comes from another thread. */
    private final Object commit = new Object();

    private Optional<RunState> latest = Optional.empty();
    private long savedRound;
    private boolean stopped;

    /**
     * A driver at the start of its work.
     *
     * @param progress counts rounds
     */
    public AveragingDriver(DriverPlan plan, TrainConfig train, Workers workers, RunStore store, Progress progress) {
        this.plan = plan;
        this.train = train;
        this.workers = workers;
        this.store = store;
        this.progress = new RoundProgress(progress);
        guard = new RoundGuard(train.guard(), workers);
        ledger = new RoundLedger(store, plan);
    }

    /**
     * Does the rounds that are missing.
     *
     * @param start where the run is; already saved, unless it is at round 0
     * @return where it is then, saved
     * @throws StoppedException if {@link #stop} was called meanwhile
     * @throws IllegalStateException if a worker's loss or parameters are not finite; nothing of that round is kept
     */
    public RunState run(RunState start) throws IOException {
        synchronized (commit) {
            latest = Optional.of(start);
            savedRound = start.round();
        }
        RunState now = start;
        RunPlugin.listen(this::told);
        try (ledger) {
            while (now.round() < plan.stopAfterRounds()) {
                now = round(now);
            }
            synchronized (commit) {
                refuseIfStopped();
                ledger.await();
            }
        } finally {
            RunPlugin.listen((round, worker, steps) -> {});
        }
        return now;
    }

    /**
     * Commits a checkpoint of the last finished round, if there is none yet, and lets no later one be committed. For a
     * JVM that is about to end: the loop notices at the end of its round.
     */
    public void stop() throws IOException {
        synchronized (commit) {
            stopped = true;
            ledger.await();
            if (latest.isPresent() && latest.get().round() > savedRound) {
                store.save(latest.get());
                savedRound = latest.get().round();
            }
        }
    }

    /** A worker of the running round has done so many local steps; with none it has what it starts from. */
    private void told(long round, int worker, int steps) {
        ledger.workersCompute();
        progress.told(round, worker, steps);
    }

    private RunState round(RunState before) throws IOException {
        var times = new RoundTimes();
        LOG.debug("point: round {} begins", before.round() + 1);
        progress.begin(before.round(), train.localStepsIn(before.round()));
        SentBytes sent = workers.send(before);
        times.end("broadcast");
        LOG.debug("point: round {} is sent", before.round() + 1);
        List<WorkerRound> done = workers.train(before);
        times.end("train");
        times.putSlowest(done);
        LOG.debug("point: round {} is trained", before.round() + 1);
        Checked checked = guard.check(before, done);
        times.end("guard");
        Optional<RoundAverage> average = average(before, checked);
        times.end("merge");
        LOG.debug("point: round {} is averaged", before.round() + 1);
        RunState after =
                average.isPresent() ? step(before, checked, average.get().averaged()) : unchanged(before);
        times.end("outer");
        LossByPosition heldOut = plan.validatesAfter(after.round()) ? workers.heldOut(after) : LossByPosition.ZERO;
        times.end("held_out");
        LOG.debug("point: round {} is measured", after.round());
        synchronized (commit) {
            refuseIfStopped();
            ledger.await();
            times.end("checkpoint_wait");
            var entry = new RoundEntry(
                    train, before, after, checked, average, sent, length(before.round()), heldOut, times.toJson());
            ledger.write(entry);
            latest = Optional.of(after);
            if (plan.savesAfter(after.round())) {
                savedRound = after.round();
            }
            report(entry, times.totalMillis());
        }
        return after;
    }

    /** Empty if no worker had a target: there are no weights then. */
    private Optional<RoundAverage> average(RunState before, Checked checked) {
        if (checked.tokens() == 0) {
            LOG.warn(
                    "round {}: no worker had a target, so parameters and moments stay as they are", before.round() + 1);
            return Optional.empty();
        }
        Averaging averaging = Averaging.of(train, before.round(), checked.reports());
        return Optional.of(new RoundAverage(averaging, workers.average(before, averaging, checked.results())));
    }

    private static RunState unchanged(RunState before) {
        return new RunState(before.round() + 1, before.tokens(), before.state(), before.outerMomentum(), before.kept());
    }

    private RunState step(RunState before, Checked checked, Averaged averaged) {
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
        before.forEach(file -> kept.put(WorkerObjects.worker(file), file));
        results.forEach(result -> result.kept().ifPresent(file -> kept.put(result.worker(), file)));
        return List.copyOf(kept.values());
    }

    private int length(long round) {
        return train.lengthSchedule().lengthIn(round, plan.longest());
    }

    private void refuseIfStopped() {
        if (stopped) {
            throw new StoppedException(savedRound);
        }
    }

    private void report(RoundEntry entry, long millis) {
        String loss = entry.tokens() > 0 ? String.format(Locale.ROOT, "loss %.4f", entry.loss()) : "no target";
        LossSum heldOut = entry.heldOut().total();
        if (heldOut.tokens() > 0) {
            loss += String.format(Locale.ROOT, ", held out %.4f", heldOut.mean());
        }
        String speed = String.format(Locale.ROOT, "%,.0f tokens/s", entry.tokens() / (Math.max(1, millis) / 1000.0));
        LOG.info(
                "round {} ran on executors {}",
                entry.after().round(),
                entry.checked().results().stream()
                        .map(w -> w.place().toString())
                        .collect(Collectors.joining(" ")));
        progress.end(loss + ", " + speed);
    }
}
