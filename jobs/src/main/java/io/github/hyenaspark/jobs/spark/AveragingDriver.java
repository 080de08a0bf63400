package io.github.hyenaspark.jobs.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.jobs.report.Progress;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.OuterConfig;
import io.github.hyenaspark.train.OuterOptimizer;
import io.github.hyenaspark.train.RoundResult;
import io.github.hyenaspark.train.TrainingState;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The round loop: the common state goes to K workers, each does its local steps, the outer optimiser makes one state of
 * the results, and after every so many rounds a checkpoint is committed. What a round computes is a function of the
 * state before it, so a run that was stopped and resumed ends with the same bits as one that was not.
 */
public final class AveragingDriver {
    private static final Logger LOG = LoggerFactory.getLogger(AveragingDriver.class);

    private final DriverPlan plan;
    private final OuterConfig outer;
    private final Workers workers;
    private final RunStore store;
    private final Progress progress;

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
    public AveragingDriver(DriverPlan plan, OuterConfig outer, Workers workers, RunStore store, Progress progress) {
        this.plan = plan;
        this.outer = outer;
        this.workers = workers;
        this.store = store;
        this.progress = progress;
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
        while (now.round() < plan.stopAfterRounds()) {
            now = round(now);
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
            if (latest.isPresent() && latest.get().round() > savedRound) {
                save(latest.get());
            }
        }
    }

    private RunState round(RunState before) throws IOException {
        var times = new RoundTimes();
        workers.send(before.state());
        times.end("broadcast");
        List<WorkerRound> done = workers.train(before.round(), before.state());
        times.end("train");
        times.putSlowest(done);
        WorkerDeltas deltas = deltas(before, done);
        times.end("measure");
        RunState after = merge(before, done);
        times.end("merge");
        LossSum heldOut =
                plan.validatesAfter(after.round()) ? workers.heldOut(after.round(), after.state()) : LossSum.ZERO;
        times.end("held_out");
        finish(new RoundEntry(before, after, done, deltas, times), heldOut);
        return after;
    }

    private RunState merge(RunState before, List<WorkerRound> done) {
        List<RoundResult> results = done.stream().map(WorkerRound::result).toList();
        OuterOptimizer optimizer = OuterOptimizer.of(outer, before.outerMomentum());
        TrainingState state = optimizer.merge(before.state(), results);
        long tokens = results.stream().mapToLong(RoundResult::tokens).sum();
        return new RunState(before.round() + 1, before.tokens() + tokens, state, optimizer.momentum());
    }

    private static WorkerDeltas deltas(RunState before, List<WorkerRound> done) {
        List<RoundResult> results = done.stream().map(WorkerRound::result).toList();
        WorkerDeltas deltas = WorkerDeltas.of(before.state().theta(), results);
        for (RoundResult result : results) {
            double norm = deltas.norms()[result.worker()];
            if (!Double.isFinite(result.lossSum()) || !Double.isFinite(norm)) {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "round %d diverged: worker %d has loss %.4f and went %.4f from the common parameters; "
                                + "the run is as it was after round %d. A smaller train.lr or train.clip-norm may help",
                        before.round() + 1,
                        result.worker(),
                        result.lossSum() / result.tokens(),
                        norm,
                        before.round()));
            }
        }
        return deltas;
    }

    private void finish(RoundEntry entry, LossSum heldOut) throws IOException {
        RunState after = entry.after();
        ObjectNode json = entry.toJson(heldOut);
        synchronized (commit) {
            if (stopped) {
                throw new StoppedException(savedRound);
            }
            store.log().append(json);
            latest = Optional.of(after);
            if (plan.savesAfter(after.round())) {
                save(after);
            }
        }
        report(entry, heldOut);
    }

    private void save(RunState run) throws IOException {
        store.save(run);
        savedRound = run.round();
    }

    private void report(RoundEntry entry, LossSum heldOut) {
        String loss = String.format(Locale.ROOT, "loss %.4f", entry.loss());
        if (heldOut.tokens() > 0) {
            loss += String.format(Locale.ROOT, ", held out %.4f", heldOut.mean());
        }
        double seconds = Math.max(1, entry.times().totalMillis()) / 1000.0;
        String speed = String.format(
                Locale.ROOT,
                "%,.0f tokens/s",
                (entry.after().tokens() - entry.before().tokens()) / seconds);
        LOG.info(
                "round {} ran on executors {}",
                entry.after().round(),
                entry.workers().stream().map(w -> w.place().toString()).collect(Collectors.joining(" ")));
        progress.advance(entry.after().round(), loss + ", " + speed);
    }
}
