package io.github.hyenaspark.jobs.report.progress;

import java.util.Map;
import java.util.TreeMap;

/**
 * How far a training is: the rounds that have ended, and in the running one the local steps that workers tell of. They
 * tell from other threads; what comes after the end of its round is dropped.
 */
public final class RoundProgress {
    private static final int NAMED_WORKERS = 4;

    private final Progress progress;
    private final Map<Integer, Integer> steps = new TreeMap<>();
    private long running = -1;
    private int localSteps;

    /**
     * Before the first round.
     *
     * @param progress counts rounds
     */
    public RoundProgress(Progress progress) {
        this.progress = progress;
    }

    /**
     * A round begins.
     *
     * @param round r, from 0
     * @param stepsOfRound H, local steps of each worker
     */
    public synchronized void begin(long round, int stepsOfRound) {
        steps.clear();
        running = round;
        localSteps = stepsOfRound;
    }

    /**
     * A worker has done so many local steps.
     *
     * @param round r, from 0
     * @param worker k, from 0
     */
    public synchronized void told(long round, int worker, int done) {
        if (round == running) {
            steps.put(worker, done);
            progress.underWay(text());
        }
    }

    /** The running round has ended. */
    public synchronized void end(String note) {
        progress.advance(running + 1, note);
        running = -1;
    }

    private String text() {
        var done = steps.values().stream().mapToInt(Integer::intValue).summaryStatistics();
        String each = steps.values().toString().replaceAll("[\\[\\]]", "");
        return (steps.size() <= NAMED_WORKERS ? each : done.getMin() + " to " + done.getMax()) + " of " + localSteps
                + " steps";
    }
}
