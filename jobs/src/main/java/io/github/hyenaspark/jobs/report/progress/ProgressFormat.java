package io.github.hyenaspark.jobs.report.progress;

/** Turns the state of some work into one line. */
@FunctionalInterface
interface ProgressFormat {
    String line(Work work, Pace pace, String note);
}
