package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.WorkUnit;
import io.github.hyenaspark.jobs.report.Progress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Prepares work units as one Spark job of one task per unit. */
public final class SparkPrepare {
    private static final long LOOK_MILLIS = 500;

    private final JavaSparkContext context;
    private final Progress progress;

    /**
     * Ready to prepare.
     *
     * @param progress counts units
     */
    public SparkPrepare(JavaSparkContext context, Progress progress) {
        this.context = context;
        this.progress = progress;
    }

    /**
     * Prepares these units; returns when all are done.
     *
     * @throws IOException if a unit failed at every attempt
     */
    public void run(DataConfig config, List<WorkUnit> units) throws IOException {
        if (units.isEmpty()) {
            return;
        }
        String description = "prepare " + units.size() + " units of " + config.input();
        context.setJobDescription(description);
        context.setCallSite(description);
        Broadcast<DataConfig> sent = context.broadcast(config);
        try {
            JavaFutureAction<List<UnitDone>> job = context.parallelize(new ArrayList<>(units), units.size())
                    .map(new PrepareTask(sent))
                    .collectAsync();
            List<UnitDone> done = await(job);
            long documents = done.stream().mapToLong(UnitDone::documents).sum();
            progress.advance(done.size(), documents + " documents");
        } finally {
            sent.destroy();
        }
    }

    private <T> T await(JavaFutureAction<T> job) throws IOException {
        try {
            while (true) {
                try {
                    return job.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException stillRunning) {
                    progress.advance(finishedTasks(job), "");
                }
            }
        } catch (ExecutionException e) {
            throw new IOException("a unit could not be prepared", e);
        } catch (InterruptedException e) {
            job.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while units were prepared");
        }
    }

    private long finishedTasks(JavaFutureAction<?> job) {
        long finished = 0;
        for (int id : job.jobIds()) {
            SparkJobInfo info = context.statusTracker().getJobInfo(id);
            finished += info == null ? 0 : finishedTasks(info.stageIds()); // null before the job is known
        }
        return finished;
    }

    private long finishedTasks(int[] stages) {
        long finished = 0;
        for (int stage : stages) {
            SparkStageInfo info = context.statusTracker().getStageInfo(stage);
            finished += info == null ? 0 : info.numCompletedTasks();
        }
        return finished;
    }
}
