package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.bench.StepMemory;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.shard.snapshot.SnapshotRef;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;

/**
 * What a training holds in memory, bytes, counted by the arrays that a round makes: in a step of one worker, sent to
 * each executor, in a result as it travels; on the heap of a task (result and start included), of what all tasks of an
 * executor share, and of the driver.
 */
public record TrainingMemory(
        StepMemory step, long sent, long result, long taskHeap, long executorHeap, long driverHeap) {
    private static final long MEBIBYTE = 1 << 20;
    private static final long MOST_TURNS = 1000; // of a task in a round
    /** Spark's own objects in a heap. */
    private static final long SPARK = 160 * MEBIBYTE;
    /** Code, classes, stacks and libraries of a Java machine. */
    private static final long OUTSIDE = 320 * MEBIBYTE;
    /** Of a heap that is full to this part the collector still makes room in time. */
    private static final double FILLED = 0.8;
    /** A message exists as an object and as bytes; while it is written the bytes are copied once. */
    private static final int COPIES = 3;

    private static final int ROUNDING = 128;
    /** MiB; Spark refuses less than 450. */
    private static final long SMALLEST_HEAP = 512;

    /** Of a training with V ids before padding, whose results are averaged at {@code merge}. */
    public static TrainingMemory of(ModelConfig model, int vocabularySize, TrainConfig train, AggregationSite merge) {
        StepMemory step;
        try {
            step = StepMemory.of(model, vocabularySize, train);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "model.l-max=" + model.lMax() + ", model.d-model=" + model.dModel() + ", model.n-layer="
                            + model.nLayer() + ", train.batch-size=" + train.batchSize() + ": found a model with more"
                            + " parameters or activations than can be counted, expected a smaller one",
                    e);
        }
        long vector = step.parameters() * Float.BYTES;
        Codec momentCodec = train.codec().ofMoments();
        boolean averaged = train.innerState() == TrainConfig.MomentPolicy.AVERAGE;
        long moments = averaged ? momentCodec.bytes(step.parameters()) + momentCodec.bytes(step.secondMoments()) : 0;
        long sent = vector + moments;
        long result = train.codec().bytes(step.parameters()) + moments;
        long momentFloats = vector + step.secondMoments() * Float.BYTES;
        boolean startsWithMoments = train.innerState() != TrainConfig.MomentPolicy.RESET;
        long taskHeap = step.heap() + (startsWithMoments ? momentFloats : 0) + COPIES * result;
        long state = 2 * vector + (averaged ? momentFloats : 0); // with the outer optimiser's momentum
        long average = vector + (averaged ? momentFloats : 0);
        boolean onDriver = merge.of(train, step.parameters()) == AggregationSite.DRIVER;
        long results = 2 * (onDriver ? train.workers() * result : average);
        long driver = SPARK + 2 * state + 2 * sent + average + results;
        return new TrainingMemory(step, sent, result, taskHeap, SPARK + 2 * sent, driver);
    }

    /** The same with the indexes of the documents and the plans of their sequences. */
    public TrainingMemory with(SnapshotRef snapshot, PackingConfig packing) {
        long documents = snapshot.trainDocuments() * packing.strategy().bytesPerDocument()
                + snapshot.heldOutDocuments() * PackingConfig.Strategy.SINGLE.bytesPerDocument();
        return new TrainingMemory(step, sent, result, taskHeap, executorHeap + documents, driverHeap + documents);
    }

    /** Refuses a training that cannot fit, as far as that is known before anything starts. */
    public void refuseUnlessItFits(int workers, int threads) {
        long here = MemoryNeeds.tasksHere(threads);
        long tasks = Math.min(workers, here);
        Refusal.unless(
                here == 0 || workers <= MOST_TURNS * tasks,
                "train.workers",
                workers,
                "at most " + MOST_TURNS * tasks + ", since " + MemoryNeeds.master() + " runs " + tasks
                        + " of them at once");
        new MemoryNeeds(
                        "the training",
                        driverHeap - SPARK,
                        executorHeap - SPARK,
                        taskHeap,
                        step.model(),
                        step.offHeap(),
                        "take a smaller model.l-max, model.d-model or train.batch-size; hyena inspect memory tells what"
                                + " each takes")
                .refuseUnlessTheyFit(tasks);
    }

    public long executorHeapMebibytes(int tasks) {
        return heap(executorHeap + tasks * taskHeap);
    }

    public long executorOverheadMebibytes(int tasks) {
        return rounded(OUTSIDE + tasks * (double) step.offHeap());
    }

    public long driverHeapMebibytes() {
        return heap(driverHeap);
    }

    /** Memory of the driver beyond its heap, MiB: it has a model, to begin with and for samples of text. */
    public long driverOverheadMebibytes() {
        return rounded(OUTSIDE + (double) step.model());
    }

    private static long heap(long held) {
        return Math.max(SMALLEST_HEAP, rounded(held / FILLED));
    }

    private static long rounded(double bytes) {
        return (long) Math.ceil(bytes / MEBIBYTE / ROUNDING) * ROUNDING;
    }
}
