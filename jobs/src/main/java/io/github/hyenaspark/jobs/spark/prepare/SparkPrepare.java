package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/**
 * Prepares work units, a task for each, as Spark jobs of a few thousand: the driver keeps kilobytes for every task of a
 * job until the job ends. While one job ends, the next has begun, so that no core waits.
 */
public final class SparkPrepare {
    private static final long LOOK_MILLIS = 500;
    private static final long MEBIBYTE = 1 << 20;
    private static final long TASK_HEAP = 5 * MEBIBYTE;
    private static final int MOST_UNITS = 4096;
    private static final int JOBS_AT_ONCE = 2;

    private final JavaSparkContext context;
    private final Progress progress; // counts mebibytes of input
    private final DatasetLease lease;
    private final int unitsOfJob;

    public SparkPrepare(JavaSparkContext context, Progress progress, DatasetLease lease) {
        this(context, progress, lease, Math.max(MOST_UNITS, context.defaultParallelism()));
    }

    SparkPrepare(JavaSparkContext context, Progress progress, DatasetLease lease, int unitsOfJob) {
        this.context = context;
        this.progress = progress;
        this.lease = lease;
        this.unitsOfJob = unitsOfJob;
    }

    /**
     * What preparing takes in memory itself: buffers, measured with tasks that share a small heap. What readers hold of
     * a file, such as a row group of Parquet, comes on top.
     */
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
        long mebibytes = mebibytes(units);
        DriverState.ofThisProcess().set(DriverState.TO_PREPARE, (double) mebibytes);
        Broadcast<DatasetSpec> sent = context.broadcast(recipe);
        Queue<JavaFutureAction<List<Long>>> jobs = new ArrayDeque<>();
        long documents = 0;
        try {
            for (int from = 0; from < units.size(); from += unitsOfJob) {
                if (jobs.size() == JOBS_AT_ONCE) {
                    documents += await(jobs, bytesRead);
                }
                List<WorkUnit> some = units.subList(from, Math.min(units.size(), from + unitsOfJob));
                jobs.add(context.parallelize(new ArrayList<>(some), some.size())
                        .map(unit -> prepare(unit, sent.value(), bytesRead))
                        .collectAsync());
            }
            while (!jobs.isEmpty()) {
                documents += await(jobs, bytesRead);
            }
            progress.advance(mebibytes, documents + " documents");
            DriverState.ofThisProcess().set(DriverState.PREPARED, (double) mebibytes);
        } finally {
            jobs.forEach(job -> job.cancel(true));
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

    /** The documents of the first job, which is removed once it has ended. */
    private long await(Queue<JavaFutureAction<List<Long>>> jobs, LongAccumulator bytesRead) throws IOException {
        try {
            while (true) {
                try {
                    List<Long> documents = jobs.element().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                    jobs.remove();
                    return documents.stream().mapToLong(Long::longValue).sum();
                } catch (TimeoutException stillRunning) {
                    lease.stopIfLost();
                    long done = bytesRead.value() / MEBIBYTE;
                    progress.advance(done, "");
                    DriverState.ofThisProcess().set(DriverState.PREPARED, (double) done);
                }
            }
        } catch (ExecutionException e) {
            throw new IOException("a unit could not be prepared", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while units were prepared");
        }
    }
}
