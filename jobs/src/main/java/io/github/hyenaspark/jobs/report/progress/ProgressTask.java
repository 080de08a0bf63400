package io.github.hyenaspark.jobs.report.progress;

/** What a display counts, such as rounds; units are in the plural, and a resumed run has some done before. */
public record ProgressTask(String task, String unit, long done, long total) {
    public ProgressTask {
        if (done < 0 || total < done) {
            throw new IllegalArgumentException(
                    "work needs 0 <= done <= total, found " + done + " of " + total + " " + unit);
        }
    }
}
