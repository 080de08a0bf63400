package io.github.hyenaspark.jobs.report.progress;

/**
 * What a progress display counts.
 *
 * @param task what is going on, for example {@code train}
 * @param unit what is counted, in the plural, for example {@code rounds}
 * @param done units done before this job began (a resumed run does not start at zero)
 * @param total units when all is done, at least {@code done}
 */
public record ProgressTask(String task, String unit, long done, long total) {
    public ProgressTask {
        if (done < 0 || total < done) {
            throw new IllegalArgumentException(
                    "work needs 0 <= done <= total, found " + done + " of " + total + " " + unit);
        }
    }
}
