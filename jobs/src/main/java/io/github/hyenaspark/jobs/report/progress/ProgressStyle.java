package io.github.hyenaspark.jobs.report.progress;

/** The values of {@code run.progress}. */
public enum ProgressStyle {
    /** A bar on a terminal, plain lines elsewhere. */
    AUTO,
    /** One line of text at a time, for logs. */
    PLAIN,
    /** One JSON object a line, for programs. */
    JSON
}
