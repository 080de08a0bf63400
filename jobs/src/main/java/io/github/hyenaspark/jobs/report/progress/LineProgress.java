package io.github.hyenaspark.jobs.report.progress;

import io.github.hyenaspark.io.Json;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line at a time, for logs and programs: the first unit, the last unit, and at most one line a second in between,
 * so that short units do not flood a log.
 */
final class LineProgress implements Progress {
    private static final long NANOS = 1_000_000_000L;

    private final ProgressTask work;
    private final PrintStream to;
    private final LongSupplier nanoTime;
    private final ProgressFormat format;
    private final long startNanos;
    private long lastLineNanos;
    private boolean silent = true;

    LineProgress(ProgressTask work, PrintStream to, ProgressFormat format, LongSupplier nanoTime) {
        this.work = work;
        this.to = to;
        this.format = format;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    static LineProgress plain(ProgressTask work, PrintStream to) {
        return new LineProgress(work, to, LineProgress::plainLine, System::nanoTime);
    }

    static LineProgress json(ProgressTask work, PrintStream to) {
        return new LineProgress(work, to, LineProgress::jsonLine, System::nanoTime);
    }

    @Override
    public void advance(long done, String note) {
        long now = nanoTime.getAsLong();
        if (!silent && done < work.total() && now - lastLineNanos < NANOS) {
            return;
        }
        silent = false;
        lastLineNanos = now;
        double seconds = (now - startNanos) / (double) NANOS;
        to.println(format.line(work, ProgressFormat.Rate.of(work, done, seconds), note));
    }

    @Override
    public void close() {
        to.flush();
    }

    static String plainLine(ProgressTask work, ProgressFormat.Rate pace, String note) {
        String line = String.format(
                Locale.ROOT, "%s: %,d of %,d %s, %s", work.task(), pace.done(), work.total(), work.unit(), rate(pace));
        return note.isEmpty() ? line : line + ", " + note;
    }

    private static String rate(ProgressFormat.Rate pace) {
        return pace.perSecond() > 0
                ? String.format(Locale.ROOT, "%.2f/s, %s left", pace.perSecond(), clock(pace.secondsLeft()))
                : "rate not known yet";
    }

    static String jsonLine(ProgressTask work, ProgressFormat.Rate pace, String note) {
        return Json.line(Json.object()
                .put("task", work.task())
                .put("unit", work.unit())
                .put("done", pace.done())
                .put("total", work.total())
                .put("per_second", pace.perSecond())
                .put("seconds_left", pace.secondsLeft())
                .put("note", note));
    }

    /** Seconds as {@code h:mm:ss}. */
    private static String clock(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
