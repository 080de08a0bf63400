package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.jobs.spark.worker.AveragingTask;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A round that does not wait for every worker: each is a Spark job of its own, and once enough of them have sent their
 * results, the others have a grace period, after which their jobs are cancelled.
 */
final class DeadlineRound {
    private static final Logger LOG = LoggerFactory.getLogger(DeadlineRound.class);

    private final JavaSparkContext context;
    private final TrainConfig.Deadline deadline;
    private final String group = "round-" + UUID.randomUUID();

    DeadlineRound(JavaSparkContext context, TrainConfig.Deadline deadline) {
        this.context = context;
        this.deadline = deadline;
    }

    /** The results in time, by worker; throws if so many workers failed that there is no quorum. */
    List<WorkerRound> results(AveragingTask task, List<Integer> workers) {
        ExecutorService threads = Executors.newFixedThreadPool(workers.size());
        try {
            CompletionService<WorkerRound> jobs = new ExecutorCompletionService<>(threads);
            for (int worker : workers) {
                jobs.submit(() -> result(task, worker));
            }
            List<WorkerRound> results = inTime(jobs, workers.size());
            results.sort(Comparator.comparingInt(WorkerRound::worker));
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the workers of a round", e);
        } finally {
            context.cancelJobGroup(group);
            threads.shutdownNow();
        }
    }

    private WorkerRound result(AveragingTask task, int worker) {
        context.setJobGroup(group, "worker " + worker + " until its deadline", true);
        return context.parallelize(new ArrayList<>(List.of(worker)), 1)
                .map(task)
                .collect()
                .get(0);
    }

    private List<WorkerRound> inTime(CompletionService<WorkerRound> jobs, int workers) throws InterruptedException {
        int needed = deadline.needed(workers);
        List<WorkerRound> results = new ArrayList<>();
        int failed = 0;
        long graceEnds = 0;
        while (results.size() + failed < workers) {
            boolean enough = results.size() >= needed;
            Future<WorkerRound> next =
                    enough ? jobs.poll(graceEnds - System.nanoTime(), TimeUnit.NANOSECONDS) : jobs.take();
            if (next == null) {
                LOG.info("{} of {} workers came in time", results.size(), workers);
                return results;
            }
            try {
                results.add(next.get());
            } catch (ExecutionException e) {
                failed++;
                LOG.warn("a worker failed", e.getCause());
                refuseWithoutQuorum(workers - failed, needed, e);
            }
            if (!enough && results.size() >= needed) {
                graceEnds = System.nanoTime() + (long) (deadline.graceSeconds() * TimeUnit.SECONDS.toNanos(1));
            }
        }
        return results;
    }

    private static void refuseWithoutQuorum(int left, int needed, ExecutionException failure) {
        if (left < needed) {
            throw new IllegalStateException(
                    "a round needs the results of " + needed + " workers (train.deadline.quorum), and only " + left
                            + " are available: the others failed",
                    failure);
        }
    }
}
