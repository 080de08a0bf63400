package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.checkpoint.WorkerStateFiles;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Has executors read the states that the workers of a run keep between rounds: those of hundreds of workers are more
 * than one machine reads in reasonable time.
 */
public final class SparkStateCheck implements WorkerStateFiles.Check {
    private static final int MOST_ASKED = 256; // tasks

    private final JavaSparkContext context;
    private final String run;

    public SparkStateCheck(JavaSparkContext context, String run) {
        this.context = context;
        this.run = run;
    }

    @Override
    public void run(List<VectorFile> files) throws IOException {
        if (files.isEmpty()) {
            return;
        }
        TaskWatch.describe(context, "verify the states of " + files.size() + " workers of " + run);
        String place = run; // a task shall not carry the context
        List<String> faults = context.parallelize(files, files.size())
                .flatMap(file -> faults(place, file))
                .collect();
        if (!faults.isEmpty()) {
            throw new CorruptFileException(
                    run,
                    "whole states of " + files.size() + " workers",
                    faults.size() + " that are damaged: " + String.join(" | ", faults));
        }
    }

    /**
     * Refuses a run on a disk that executors do not share with the driver, where workers would keep their states: a
     * hidden file lies there meanwhile.
     */
    public void refuseUnlessShared(Storage storage) throws IOException {
        String place = storage.qualify(run);
        if (context.isLocal() || !place.startsWith("file:")) {
            return;
        }
        String file = Storage.resolve(place, "." + UUID.randomUUID() + ".shared");
        storage.replace(file, new byte[0]);
        try {
            refuseUnlessSeen(file);
        } finally {
            storage.delete(file);
        }
    }

    private void refuseUnlessSeen(String file) {
        int slots = Math.max(1, Math.min(MOST_ASKED, context.defaultParallelism()));
        TaskWatch.describe(context, "see whether executors share " + run);
        boolean shared = context.parallelize(Collections.nCopies(slots, file), slots)
                .map(own -> ExecutorState.ofThisProcess().storage().exists(own))
                .reduce(Boolean::logicalAnd);
        Refusal.unless(
                shared,
                "run.dir",
                run,
                "a place that executors share with the driver, such as hdfs://... or s3a://...: with"
                        + " train.inner-state=local and train.codec=int4 workers keep their states there");
    }

    private static Iterator<String> faults(String run, VectorFile file) throws IOException {
        try {
            WorkerStateFiles.verify(ExecutorState.ofThisProcess().storage(), run, file);
            return Stream.<String>empty().iterator();
        } catch (CorruptFileException | FileNotFoundException e) {
            return Stream.of(String.valueOf(e.getMessage())).iterator();
        }
    }
}
