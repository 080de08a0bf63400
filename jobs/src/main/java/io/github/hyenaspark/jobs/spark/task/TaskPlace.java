package io.github.hyenaspark.jobs.spark.task;

import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * Where a task ran.
 *
 * @param executor Spark's id of the executor, {@code driver} in local mode
 * @param host its host
 * @param attempt 0 for the first attempt of the task
 */
public record TaskPlace(String executor, String host, int attempt) {
    /** The place of the task that calls this. */
    public static TaskPlace here() {
        SparkEnv environment = SparkEnv.get();
        return new TaskPlace(
                environment.executorId(),
                environment.blockManager().blockManagerId().host(),
                TaskContext.get().attemptNumber());
    }

    @Override
    public String toString() {
        return executor + "@" + host;
    }
}
