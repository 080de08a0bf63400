package io.github.hyenaspark.jobs.report.progress;

import io.github.hyenaspark.jobs.report.progress.LineProgress.Rate;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A line of at most 79 columns that redraws itself on a terminal. What else is written to standard error meanwhile,
 * such as a log, first erases it and so has lines of its own.
 */
final class BarProgress implements Progress {
    private static final int COLUMNS = 79;
    private static final int LONGEST_BAR = 20;
    private static final double NANOS = 1e9;
    private static final String ERASE = "\r\033[K";

    private final ProgressTask work;
    private final PrintStream to;
    private final long begin = System.nanoTime();
    private long done;
    private String note = "";
    private boolean drawn;
    private boolean lineEnded = true;

    BarProgress(ProgressTask work, PrintStream to) {
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
            to.print(ERASE + line(work, Rate.of(work, done, (System.nanoTime() - begin) / NANOS), text));
            to.flush();
            drawn = true;
        }
    }

    /** The bar shrinks, and at last the text is cut, so that all fits. */
    static String line(ProgressTask work, Rate rate, String text) {
        String head = work.task() + " ";
        String tail = String.format(Locale.ROOT, " %,d/%,d %s", rate.done(), work.total(), work.unit())
                + (rate.perSecond() > 0 ? "  " + LineProgress.clock(rate.secondsLeft()) + " left" : "")
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
            synchronized (BarProgress.this) {
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
