package io.github.hyenaspark.jobs.report.progress;

/**
 * What a progress display counts, for example rounds of {@code train}; units are in the plural, and some may be done
 * before this job started, for a resumed run.
 */
public record ProgressTask(String task, String unit, long done, long total) {
    public ProgressTask {
        if (done < 0 || total < done) {
            throw new IllegalArgumentException(
                    "work needs 0 <= done <= total, found " + done + " of " + total + " " + unit);
        }
    }
}
