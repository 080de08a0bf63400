package io.github.hyenaspark.jobs.report.progress;

import java.util.Map;
import java.util.TreeMap;

/**
 * Progress of a training: the finished rounds, and the local steps of the current one as workers report them. Reports
 * come from other threads; those that arrive after the end of their round are dropped.
 */
public final class RoundProgress {
    private static final int NAMED_WORKERS = 4;

    private final Progress progress;
    private final Map<Integer, Integer> steps = new TreeMap<>();
    private long running = -1;
    private int localSteps;

    public RoundProgress(Progress progress) {
        this.progress = progress;
    }

    /** Starts round r, from 0, of H local steps of each worker. */
    public synchronized void begin(long round, int stepsOfRound) {
        steps.clear();
        running = round;
        localSteps = stepsOfRound;
    }

    public synchronized void told(long round, int worker, int done) {
        if (round == running) {
            steps.put(worker, done);
            progress.underWay(text());
        }
    }

    public synchronized void end(String note) {
        progress.advance(running + 1, note);
        running = -1;
    }

    private String text() {
        var done = steps.values().stream().mapToInt(Integer::intValue).summaryStatistics();
        String each = steps.values().toString().replaceAll("[\\[\\]]", "");
        return (steps.size() == 1 ? "worker at " : "workers at ")
                + (steps.size() <= NAMED_WORKERS ? each : done.getMin() + " to " + done.getMax()) + " of " + localSteps
                + " steps";
    }
}
