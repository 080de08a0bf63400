package io.github.hyenaspark.jobs.report.progress;

import io.github.hyenaspark.io.Json;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows the progress of a job: done of total, rate, time left and a note such as the loss. Writes to standard error in
 * practice, because standard output carries results only. Thread-confined but for {@link #underWay}.
 */
public sealed interface Progress extends AutoCloseable {
    /** Reports the units done in total, not since the last call, with a few words about the latest, or none. */
    void advance(long done, String note);

    /**
     * Reports in a few words how far the current unit is; lines show it if the unit takes long. Any thread may call it.
     */
    default void underWay(String detail) {}

    @Override
    void close();

    /** A display that reports at once what was done before. */
    static Progress open(Style style, Task work, PrintStream to) {
        if (style == Style.AUTO && atTerminal()) {
            return new Bar(work, to);
        }
        var lines = new Lines(work, to, style == Style.JSON, System::nanoTime);
        lines.advance(work.done(), "");
        return lines;
    }

    /** Whether the launcher has found standard error to be a terminal, which Java cannot tell. */
    private static boolean atTerminal() {
        return Boolean.getBoolean("hyena.terminal");
    }

    public enum Style {
        AUTO,
        /** One line of text at a time, for logs. */
        PLAIN,
        /** One JSON object a line, for programs. */
        JSON
    }

    /** What a display counts, such as rounds; units are in the plural, and a resumed run has some done before. */
    public record Task(String task, String unit, long done, long total) {
        public Task {
            if (done < 0 || total < done) {
                throw new IllegalArgumentException(
                        "work needs 0 <= done <= total, found " + done + " of " + total + " " + unit);
            }
        }
    }

    /**
     * Lines for logs and programs: for the first and the last unit, and at most one a second in between; one that has
     * nothing new only after ten seconds; and within a long unit.
     */
    static final class Lines implements Progress {
        private static final long NANOS = 1_000_000_000L;
        private static final long FIRST_PATIENCE = 10 * NANOS;

        private final Task work;
        private final PrintStream to;
        private final LongSupplier nanoTime;
        private final boolean json;
        private final long startNanos;
        private long lastLineNanos;
        private long lastDone;
        private boolean silent = true;
        private long patience = FIRST_PATIENCE;

        Lines(Task work, PrintStream to, boolean json, LongSupplier nanoTime) {
            this.work = work;
            this.to = to;
            this.json = json;
            this.nanoTime = nanoTime;
            this.startNanos = nanoTime.getAsLong();
        }

        /**
         * Units done, units per second since this job started, 0 before the first, and seconds left, 0 while unknown.
         */
        record Rate(long done, double perSecond, long secondsLeft) {
            static Rate of(Task work, long done, double seconds) {
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

        static String plainLine(Task work, Rate rate, String note) {
            String line = String.format(
                    Locale.ROOT, "%s: %,d of %,d %s", work.task(), rate.done(), work.total(), work.unit());
            String speed = rate.perSecond() > 0 ? ", " + speed(rate) : "";
            return line + speed + (note.isEmpty() ? "" : ", " + note);
        }

        private static String speed(Rate rate) {
            return String.format(Locale.ROOT, "%.2f/s, %s left", rate.perSecond(), clock(rate.secondsLeft()));
        }

        static String jsonLine(Task work, Rate rate, String note) {
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

    /**
     * A line of at most 79 columns that redraws itself on a terminal. What else is written to standard error meanwhile,
     * such as a log, first erases it and so has lines of its own.
     */
    static final class Bar implements Progress {
        private static final int COLUMNS = 79;
        private static final int LONGEST_BAR = 20;
        private static final double NANOS = 1e9;
        private static final String ERASE = "\r\033[K";

        private final Task work;
        private final PrintStream to;
        private final long begin = System.nanoTime();
        private long done;
        private String note = "";
        private boolean drawn;
        private boolean lineEnded = true;

        Bar(Task work, PrintStream to) {
            this.work = work;
            this.to = to;
            this.done = work.done();
            System.setErr(new PrintStream(new AroundTheBar(), true, StandardCharsets.UTF_8));
            draw("");
        }

        @Override
        public synchronized void advance(long nowDone, String latest) {
            done = nowDone;
            note = latest.isEmpty() ? note : latest;
            draw(note);
        }

        @Override
        public synchronized void underWay(String detail) {
            draw(note.isEmpty() ? detail : note + "; " + detail);
        }

        private void draw(String text) {
            if (lineEnded) {
                to.print(ERASE + line(work, Lines.Rate.of(work, done, (System.nanoTime() - begin) / NANOS), text));
                to.flush();
                drawn = true;
            }
        }

        /** The bar shrinks, and at last the text is cut, so that all fits. */
        static String line(Task work, Lines.Rate rate, String text) {
            String head = work.task() + " ";
            String tail = String.format(Locale.ROOT, " %,d/%,d %s", rate.done(), work.total(), work.unit())
                    + (rate.perSecond() > 0 ? "  " + Progress.Lines.clock(rate.secondsLeft()) + " left" : "")
                    + (text.isEmpty() ? "" : "  " + text);
            int cells = Math.max(0, Math.min(LONGEST_BAR, COLUMNS - head.length() - tail.length()));
            int full = work.total() == 0 ? cells : (int) (cells * rate.done() / work.total());
            String line = head + "\u2588".repeat(full) + "\u2591".repeat(cells - full) + tail;
            return line.length() <= COLUMNS ? line : line.substring(0, COLUMNS);
        }

        @Override
        public synchronized void close() {
            if (drawn) {
                to.println();
            }
            to.flush();
            System.setErr(to);
        }

        private final class AroundTheBar extends OutputStream {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                synchronized (Bar.this) {
                    if (count == 0) {
                        return;
                    }
                    if (drawn) {
                        to.print(ERASE);
                        to.flush();
                        drawn = false;
                    }
                    to.write(bytes, from, count);
                    to.flush();
                    lineEnded = bytes[from + count - 1] == '\n';
                }
            }
        }
    }
}
