package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.jobs.report.progress.Progress;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names Spark jobs, and shows how many tasks of the only running one are done, while another thread waits for it. */
public final class TaskWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TaskWatch.class);
    private static final String DESCRIPTION = "spark.job.description"; // Spark's own names of local properties
    private static final String CALL_SITE = "callSite.short";
    private static final long LOOK_MILLIS = 500;
    private static final long PATIENCE_SECONDS = 10;

    private final JavaSparkStatusTracker tracker;
    private final Progress progress;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var daemon = new Thread(task, "hyena-progress");
        daemon.setDaemon(true);
        return daemon;
    });
    private final ScheduledFuture<?> looking;
    private int shown;

    private TaskWatch(JavaSparkContext context, Progress progress) {
        this.tracker = context.statusTracker();
        this.progress = progress;
        looking = thread.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** What the jobs of a thread are named; null where nobody named them. */
    public record Names(
            @Nullable String description, @Nullable String callSite) {
        /** Of the jobs that this thread runs now. */
        public static Names of(JavaSparkContext context) {
            return new Names(context.getLocalProperty(DESCRIPTION), context.getLocalProperty(CALL_SITE));
        }

        /** Names the jobs so again that this thread runs from now on. */
        public void restore(JavaSparkContext context) {
            context.setLocalProperty(DESCRIPTION, description);
            context.setLocalProperty(CALL_SITE, callSite);
        }
    }

    /** Names the jobs that this thread runs from now on, in the Spark UI and its logs. */
    public static void describe(JavaSparkContext context, String description) {
        context.setJobDescription(description);
        context.setCallSite(description);
    }

    /** Runs what runs one Spark job, whose tasks {@code progress} counts. */
    public static void during(JavaSparkContext context, Progress progress, Runnable job) {
        var watch = new TaskWatch(context, progress);
        try {
            job.run();
        } finally {
            watch.end();
        }
    }

    private void look() {
        int done = Arrays.stream(tracker.getActiveStageIds())
                .mapToObj(tracker::getStageInfo)
                .filter(Objects::nonNull)
                .mapToInt(SparkStageInfo::numCompletedTasks)
                .sum();
        shown = Math.max(shown, done);
        progress.advance(shown, "");
        DriverState.ofThisProcess().set(DriverState.UNITS_DONE, shown);
    }

    /** From here on the progress is the caller's again. */
    private void end() {
        looking.cancel(false);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the display of the progress hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
