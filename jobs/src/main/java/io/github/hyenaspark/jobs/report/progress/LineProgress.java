package io.github.hyenaspark.jobs.report.progress;

import io.github.hyenaspark.io.Json;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Lines for logs and programs: for the first and the last unit, and at most one a second in between; one that has
 * nothing new only after ten seconds; and within a long unit.
 */
final class LineProgress implements Progress {
    private static final long NANOS = 1_000_000_000L;
    private static final long FIRST_PATIENCE = 10 * NANOS;

    private final ProgressTask work;
    private final PrintStream to;
    private final LongSupplier nanoTime;
    private final boolean json;
    private final long startNanos;
    private long lastLineNanos;
    private long lastDone;
    private boolean silent = true;
    private long patience = FIRST_PATIENCE;

    LineProgress(ProgressTask work, PrintStream to, boolean json, LongSupplier nanoTime) {
        this.work = work;
        this.to = to;
        this.json = json;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    /** Units done, units per second since this job started, 0 before the first, and seconds left, 0 while unknown. */
    record Rate(long done, double perSecond, long secondsLeft) {
        static Rate of(ProgressTask work, long done, double seconds) {
            double perSecond = seconds > 0 ? (done - work.done()) / seconds : 0;
            return new Rate(done, perSecond, perSecond > 0 ? Math.round((work.total() - done) / perSecond) : 0);
        }
    }

    @Override
    public synchronized void advance(long done, String note) {
        long now = nanoTime.getAsLong();
        boolean told = done == lastDone && note.isEmpty();
        if (!silent && (done < work.total() || told) && now - lastLineNanos < (told ? FIRST_PATIENCE : NANOS)) {
            return;
        }
        silent = false;
        patience = FIRST_PATIENCE;
        lastLineNanos = now;
        lastDone = done;
        double seconds = (now - startNanos) / (double) NANOS;
        Rate rate = Rate.of(work, done, seconds);
        to.println(json ? jsonLine(work, rate, note) : plainLine(work, rate, note));
    }

    /** A unit that takes long is heard of after 10 seconds, then after 20, 40 and so on. */
    @Override
    public synchronized void underWay(String detail) {
        long now = nanoTime.getAsLong();
        if (!json && now - (silent ? startNanos : lastLineNanos) >= patience) {
            patience *= 2;
            to.println(work.task() + ": " + detail);
        }
    }

    @Override
    public void close() {
        to.flush();
    }

    static String plainLine(ProgressTask work, Rate rate, String note) {
        String line =
                String.format(Locale.ROOT, "%s: %,d of %,d %s", work.task(), rate.done(), work.total(), work.unit());
        String speed = rate.perSecond() > 0 ? ", " + speed(rate) : "";
        return line + speed + (note.isEmpty() ? "" : ", " + note);
    }

    private static String speed(Rate rate) {
        return String.format(Locale.ROOT, "%.2f/s, %s left", rate.perSecond(), clock(rate.secondsLeft()));
    }

    static String jsonLine(ProgressTask work, Rate rate, String note) {
        return Json.line(Json.object()
                .put("task", work.task())
                .put("unit", work.unit())
                .put("done", rate.done())
                .put("total", work.total())
                .put("per_second", rate.perSecond())
                .put("seconds_left", rate.secondsLeft())
                .put("note", note));
    }

    static String clock(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
