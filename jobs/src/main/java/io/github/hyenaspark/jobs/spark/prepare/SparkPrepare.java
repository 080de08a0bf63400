package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
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
    private static final long TASK_HEAP = 5 * MEBIBYTE;

    private final JavaSparkContext context;
    private final Progress progress; // counts mebibytes of input
    private final DatasetLease lease;

    public SparkPrepare(JavaSparkContext context, Progress progress, DatasetLease lease) {
        this.context = context;
        this.progress = progress;
        this.lease = lease;
    }

    /** What preparing takes in memory, whatever the documents: buffers, measured with tasks that share a small heap. */
    public static MemoryNeeds memory() {
        return new MemoryNeeds("prepare", 0, 0, TASK_HEAP, 0, 0, MemoryNeeds.FEWER_TASKS);
    }

    /**
     * Prepares these units; returns when all are done, and throws if one failed at every attempt, or if the lease is
     * lost meanwhile.
     */
    public void run(DatasetSpec recipe, List<WorkUnit> units) throws IOException {
        if (units.isEmpty()) {
            return;
        }
        String description =
                "prepare " + units.size() + " units of " + recipe.config().input();
        TaskWatch.describe(context, description);
        LongAccumulator bytesRead = context.sc().longAccumulator("bytes read");
        DriverState.ofThisProcess().set(DriverState.TO_PREPARE, (double) mebibytes(units));
        Broadcast<DatasetSpec> sent = context.broadcast(recipe);
        try {
            JavaFutureAction<List<Long>> job = context.parallelize(new ArrayList<>(units), units.size())
                    .map(unit -> prepare(unit, sent.value(), bytesRead))
                    .collectAsync();
            long documents =
                    await(job, bytesRead).stream().mapToLong(Long::longValue).sum();
            progress.advance(mebibytes(units), documents + " documents");
            DriverState.ofThisProcess().set(DriverState.PREPARED, (double) mebibytes(units));
        } finally {
            sent.destroy();
        }
    }

    /** Publishes the results of a plan's units, unless the lease is lost by then. */
    public static SnapshotCommit.Result commit(
            JavaSparkContext context, Storage storage, DatasetSpec spec, InputPlan plan, DatasetLease lease)
            throws IOException {
        SnapshotCommit commit = SnapshotCommit.open(storage, spec, plan);
        DuplicateSearch.Result duplicates = new SparkDuplicates(context).find(commit.search());
        lease.check();
        return commit.commit(duplicates);
    }

    /**
     * Prepares one work unit on an executor; returns its documents. Safe to repeat and to run twice at once; publishes
     * nothing. Bytes are for the display alone: a task that was done twice counts twice.
     */
    private static long prepare(WorkUnit unit, DatasetSpec recipe, LongAccumulator bytesRead) throws IOException {
        ExecutorState executor = ExecutorState.ofThisProcess();
        UnitRecord record = UnitWork.run(unit, recipe, executor.tokenizer(recipe), executor.storage());
        bytesRead.add(unit.bytes());
        return record.documents();
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
                    lease.stopIfLost();
                    long done = bytesRead.value() / MEBIBYTE;
                    progress.advance(done, "");
                    DriverState.ofThisProcess().set(DriverState.PREPARED, (double) done);
                }
            }
        } catch (ExecutionException e) {
            throw new IOException("a unit could not be prepared", e);
        } catch (LockedException e) {
            job.cancel(true);
            throw e;
        } catch (InterruptedException e) {
            job.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while units were prepared");
        }
    }
}
