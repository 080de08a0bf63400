package io.github.hyenaspark.jobs.report.progress;

import java.io.PrintStream;

/**
 * How far a job is, for the person who waits for it: done of total, rate, time left and a note such as the loss. It
 * writes to the stream given, standard error in practice, because standard output carries results only.
 * Thread-confined.
 */
public sealed interface Progress extends AutoCloseable permits BarProgress, LineProgress {
    /**
     * Says how far the job is now.
     *
     * @param done units done since the beginning of the work, not since the last call
     * @param note a few words about the latest unit, may be empty
     */
    void advance(long done, String note);

    /**
     * Says how far the unit under way is; a display of lines shows units that are done only. May be called by any
     * thread between the calls of the others.
     *
     * @param detail a few words
     */
    default void underWay(String detail) {}

    /** Ends the display. */
    @Override
    void close();

    /** A display of this style. {@link Style#AUTO} is a bar where a person sits at a terminal and lines elsewhere. */
    static Progress open(Style style, ProgressTask work, PrintStream to) {
        return switch (style) {
            case AUTO -> atTerminal() ? new BarProgress(work, to) : LineProgress.plain(work, to);
            case PLAIN -> LineProgress.plain(work, to);
            case JSON -> LineProgress.json(work, to);
        };
    }

    @SuppressWarnings("SystemConsoleNull") // the build is held to Java 17, where null means: not a terminal
    private static boolean atTerminal() {
        return System.console() != null;
    }

    /** The values of {@code run.progress}. */
    public enum Style {
        /** A bar on a terminal, plain lines elsewhere. */
        AUTO,
        /** One line of text at a time, for logs. */
        PLAIN,
        /** One JSON object a line, for programs. */
        JSON
    }
}
