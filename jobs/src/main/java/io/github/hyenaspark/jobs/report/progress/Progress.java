package io.github.hyenaspark.jobs.report.progress;

import java.io.PrintStream;

/**
 * Shows the progress of a job: done of total, rate, time left and a note such as the loss. Writes to standard error in
 * practice, because standard output carries results only. Thread-confined but for {@link #underWay}.
 */
public sealed interface Progress extends AutoCloseable permits BarProgress, LineProgress {
    /** Reports the units done in total, not since the last call, with a few words about the latest, or none. */
    void advance(long done, String note);

    /**
     * Reports in a few words how far the current unit is; lines show it if the unit takes long. Any thread may call it.
     */
    default void underWay(String detail) {}

    @Override
    void close();

    /** A display that reports at once what was done before. */
    static Progress open(Style style, ProgressTask work, PrintStream to) {
        if (style == Style.AUTO && atTerminal()) {
            return new BarProgress(work, to);
        }
        var lines = new LineProgress(work, to, style == Style.JSON, System::nanoTime);
        lines.advance(work.done(), "");
        return lines;
    }

    @SuppressWarnings("SystemConsoleNull") // on Java 17, null means: not a terminal
    private static boolean atTerminal() {
        return System.console() != null;
    }

    public enum Style {
        AUTO,
        /** One line of text at a time, for logs. */
        PLAIN,
        /** One JSON object a line, for programs. */
        JSON
    }
}
