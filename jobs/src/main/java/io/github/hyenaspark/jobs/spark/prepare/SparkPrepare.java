package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/** Prepares work units as one Spark job of one task per unit. */
public final class SparkPrepare {
    private static final long LOOK_MILLIS = 500;
    private static final long MEBIBYTE = 1 << 20;

    private final JavaSparkContext context;
    private final Progress progress; // counts mebibytes of input

    public SparkPrepare(JavaSparkContext context, Progress progress) {
        this.context = context;
        this.progress = progress;
    }

    /** Prepares these units; returns when all are done, and throws if one failed at every attempt. */
    public void run(DatasetSpec recipe, List<WorkUnit> units) throws IOException {
        if (units.isEmpty()) {
            return;
        }
        String description =
                "prepare " + units.size() + " units of " + recipe.config().input();
        TaskWatch.describe(context, description);
        LongAccumulator bytesRead = context.sc().longAccumulator("bytes read");
        Broadcast<DatasetSpec> sent = context.broadcast(recipe);
        try {
            JavaFutureAction<List<PrepareTask.UnitDone>> job = context.parallelize(new ArrayList<>(units), units.size())
                    .map(new PrepareTask(sent, bytesRead))
                    .collectAsync();
            List<PrepareTask.UnitDone> done = await(job, bytesRead);
            long documents =
                    done.stream().mapToLong(PrepareTask.UnitDone::documents).sum();
            progress.advance(mebibytes(units), documents + " documents");
        } finally {
            sent.destroy();
        }
    }

    /** What {@link Progress} counts: mebibytes of input, rounded up. */
    public static long mebibytes(List<WorkUnit> units) {
        long bytes = units.stream().mapToLong(WorkUnit::bytes).sum();
        return (bytes + MEBIBYTE - 1) / MEBIBYTE;
    }

    private <T> T await(JavaFutureAction<T> job, LongAccumulator bytesRead) throws IOException {
        try {
            while (true) {
                try {
                    return job.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException stillRunning) {
                    progress.advance(bytesRead.value() / MEBIBYTE, "");
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
}
