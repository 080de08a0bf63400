package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory.LossPoint;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver.DivergedException;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps results that are not finite, or far out of line, from the average: such a worker's round is computed once more,
 * and if it comes out bad again {@link TrainConfig.Guard#action} decides. That mends a passing fault. It need not mend
 * a bad machine, as Spark chooses the executor and may choose the same one; messages say which it was.
 */
final class DivergenceGuard {
    private static final Logger LOG = LoggerFactory.getLogger(DivergenceGuard.class);
    private static final int MOST_ROUNDS = 3;

    private final TrainConfig.Guard config;
    private final Workers workers;
    private double first = Double.NaN;
    private int above;

    /**
     * With the losses of the rounds before this process, oldest first. How many of the last were high does not count:
     * this process may have been given other rates.
     */
    DivergenceGuard(TrainConfig.Guard config, Workers workers, List<LossPoint> before) {
        this.config = config;
        this.workers = workers;
        if (!before.isEmpty()) {
            first = before.get(0).loss();
        }
    }

    /** The results that count, by worker; the workers computed once more, and those whose results do not count. */
    record Checked(List<WorkerRound> results, List<Integer> again, List<Integer> dropped) {
        List<LocalTrainer.WorkerReport> reports() {
            return results.stream().map(WorkerRound::report).toList();
        }

        /** Targets that count, of all workers together; 0 if none had any, such as of masked bases only. */
        long tokens() {
            return results.stream()
                    .mapToLong(result -> result.report().tokens())
                    .sum();
        }
    }

    /** Checks a round; throws if a result is bad twice and the run is to stop, or none is left. */
    Checked check(RunState start, List<WorkerRound> results) {
        Usual usual = Usual.of(results);
        SortedMap<Integer, WorkerRound> good = new TreeMap<>();
        SortedMap<Integer, WorkerRound> bad = new TreeMap<>();
        for (WorkerRound result : results) {
            Optional<String> problem = problem(result.report(), usual);
            (problem.isEmpty() ? good : bad).put(result.worker(), result);
            problem.ifPresent(found -> LOG.warn(
                    "round {}: {} on executor {}; it is computed once more", start.round() + 1, found, result.place()));
        }
        List<Integer> again = List.copyOf(bad.keySet());
        List<Integer> dropped = new ArrayList<>();
        for (WorkerRound second : again.isEmpty() ? List.<WorkerRound>of() : workers.again(start, again)) {
            Optional<String> still = problem(second.report(), usual);
            if (still.isEmpty()) {
                good.put(second.worker(), second);
                continue;
            }
            String both = String.format(
                    Locale.ROOT,
                    "%s, also when it was computed again, on executors %s and %s",
                    still.get(),
                    Objects.requireNonNull(bad.get(second.worker())).place(),
                    second.place());
            if (config.action() == TrainConfig.Guard.Action.STOP) {
                throw stopped(start, both);
            }
            LOG.warn("round {}: {}; it is dropped from the round", start.round() + 1, both);
            dropped.add(second.worker());
        }
        if (good.isEmpty()) {
            throw stopped(start, "no worker brought a result that could be used");
        }
        return new Checked(List.copyOf(good.values()), again, dropped);
    }

    /**
     * Takes note of the training loss of the next round; whether it is so high that this may be a divergence. Throws if
     * it was in this round and the two before: more than 1 nat per token above the first round's.
     */
    boolean rises(double loss) {
        note(loss);
        if (above >= MOST_ROUNDS) {
            throw new DivergedException(String.format(
                    Locale.ROOT,
                    "the training diverged: its loss was more than 1 nat above the %.4f of its first round for %d"
                            + " rounds, and is %.4f now",
                    first,
                    MOST_ROUNDS,
                    loss));
        }
        return rises();
    }

    /** Whether that was so in the last round that had a loss. */
    boolean rises() {
        return above > 0;
    }

    private void note(double loss) {
        first = Double.isNaN(first) ? loss : first;
        above = loss > first + workers.mostAboveFirst() ? above + 1 : 0;
    }

    private static DivergedException stopped(RunState start, String problem) {
        return new DivergedException("round " + (start.round() + 1) + " diverged: " + problem);
    }

    private Optional<String> problem(LocalTrainer.WorkerReport report, Usual usual) {
        double norm = report.deltaNorm();
        if (!report.isFinite()) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "worker %d has loss %.4f and went %.4f from the common parameters",
                    report.worker(),
                    report.lossSum() / report.tokens(),
                    norm));
        }
        double most = config.maxDeltaRatio() * usual.norm(report.steps());
        return config.maxDeltaRatio() > 0 && norm > most && usual.norm() > 0
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "worker %d went %.4f from the common parameters, expected at most %.4f, which is"
                                + " train.guard.max-delta-ratio times the median of the workers",
                        report.worker(),
                        norm,
                        most))
                : Optional.empty();
    }

    /**
     * How far the worker in the middle went from the common parameters, and in how many steps: of those that learned
     * something and are finite; of an even number the one that went less far. All 0 if there is none.
     */
    private record Usual(double norm, int steps) {
        static Usual of(List<WorkerRound> results) {
            List<Usual> all = results.stream()
                    .map(WorkerRound::report)
                    .filter(report -> report.isFinite() && report.tokens() > 0)
                    .map(report -> new Usual(report.deltaNorm(), report.steps()))
                    .sorted(Comparator.comparingDouble(Usual::norm))
                    .toList();
            return all.isEmpty() ? new Usual(0, 0) : all.get((all.size() - 1) / 2);
        }

        /**
         * What is as far for so many steps. Before a deadline fast machines take more of them, and while rates rise a
         * way grows with the square of the steps.
         */
        double norm(int ofSteps) {
            double more = steps == 0 ? 1 : Math.max(1, (double) ofSteps / steps);
            return norm * more * more;
        }
    }
}
