package io.github.hyenaspark.jobs.report.progress;

/**
 * What a progress display counts.
 *
 * @param task for example {@code train}
 * @param unit in the plural, for example {@code rounds}
 * @param done units done before this job started, for a resumed run
 * @param total at least {@code done}
 */
public record ProgressTask(String task, String unit, long done, long total) {
    public ProgressTask {
        if (done < 0 || total < done) {
            throw new IllegalArgumentException(
                    "work needs 0 <= done <= total, found " + done + " of " + total + " " + unit);
        }
    }
}
