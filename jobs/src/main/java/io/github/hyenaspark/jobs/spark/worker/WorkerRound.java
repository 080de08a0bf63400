package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.jobs.spark.task.TaskPlace;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import java.util.Optional;

/**
 * What one worker sends back after a round.
 *
 * @param report what it says of its local steps
 * @param frames the numbers it found; empty where they stay with the executors to be averaged there
 * @param wholeBytes of parameters that came down to it because an update was not enough
 * @param parameterBytes of the frames of parameters, wherever they are
 * @param momentBytes of those of the moments
 * @param kept what it wrote for its next round
 * @param place where it ran
 * @param times how long it took
 */
public record WorkerRound(
        LocalTrainer.WorkerReport report,
        Optional<EncodedUpdate> frames,
        long wholeBytes,
        long parameterBytes,
        long momentBytes,
        Optional<VectorFile> kept,
        TaskPlace place,
        WorkerTimes times) {
    /**
     * Milliseconds of a task.
     *
     * @param fetch getting the state to the executor, and reading what the worker kept
     * @param load reading batches
     * @param compute local steps, without that
     * @param encode writing the frames and what the worker keeps
     */
    public record WorkerTimes(long fetch, long load, long compute, long encode) {
        public long total() {
            return fetch + load + compute + encode;
        }
    }

    public int worker() {
        return report.worker();
    }

    /** The same without the frames. */
    public WorkerRound withoutFrames() {
        return new WorkerRound(report, Optional.empty(), wholeBytes, parameterBytes, momentBytes, kept, place, times);
    }
}
