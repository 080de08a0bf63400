package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics.Fingerprint;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * What one worker sends back after a round.
 *
 * @param encoded the numbers it found; null where they stay with the executors to be averaged there
 * @param wholeBytes of parameters that came down to it because an update was not enough
 * @param parameterBytes of the frames of parameters, wherever they are
 * @param momentBytes of those of the moments
 * @param keptFile what it wrote for its next round; null if nothing
 */
public record WorkerRound(
        LocalTrainer.WorkerReport report,
        @Nullable EncodedUpdate encoded,
        long wholeBytes,
        long parameterBytes,
        long momentBytes,
        @Nullable VectorFile keptFile,
        TaskPlace place,
        WorkerTimes times)
        implements Serializable {
    /**
     * Milliseconds of a task: fetching the state and what the worker kept, reading batches, the local steps without
     * that, and writing the frames and what the worker keeps.
     */
    public record WorkerTimes(long fetch, long load, long compute, long encode) implements Serializable {
        public long total() {
            return fetch + load + compute + encode;
        }
    }

    public int worker() {
        return report.worker();
    }

    public Optional<EncodedUpdate> frames() {
        return Optional.ofNullable(encoded);
    }

    public Optional<VectorFile> kept() {
        return Optional.ofNullable(keptFile);
    }

    public WorkerRound withoutFrames() {
        return new WorkerRound(report, null, wholeBytes, parameterBytes, momentBytes, keptFile, place, times);
    }

    /**
     * Where a task ran, and by what; the executor is {@code driver} in local mode, and attempt 0 is the first of the
     * task.
     */
    public record TaskPlace(String executor, String host, int attempt, Fingerprint fingerprint)
            implements Serializable {
        public static TaskPlace here() {
            SparkEnv environment = SparkEnv.get();
            return new TaskPlace(
                    environment.executorId(),
                    environment.blockManager().blockManagerId().host(),
                    TaskContext.get().attemptNumber(),
                    MachineNumerics.fingerprint());
        }

        @Override
        public String toString() {
            return executor + "@" + host;
        }
    }
}
