package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.bench.StepMemory;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;
import io.github.hyenaspark.jobs.spark.worker.DistributedAverage;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import org.apache.spark.SparkConf;

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
    /** Of a result that goes to the driver: its bytes grow by copying, and are copied into the message. */
    private static final int COPIES = 3;

    /**
     * Of the heap, which Spark fills with what was sent and with what is on its way, by its setting memory.fraction.
     */
    private static final double SPARKS_PART = SparkRuntime.MEMORY_FRACTION;
    /** Of the heap, for the collector. */
    private static final double MARGIN = 0.15;

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
        var sizes = Sizes.of(step, train);
        boolean onDriver = merge.of(train, step.parameters()) == AggregationSite.DRIVER;
        return new TrainingMemory(
                step,
                sizes.sent(),
                sizes.result,
                sizes.taskHeap(step, onDriver, train.workers()),
                SPARK + sizes.executorHeap(),
                SPARK + sizes.driverHeap(onDriver, train.workers()));
    }

    /**
     * Bytes of what a round makes.
     *
     * @param vector P floats
     * @param shared m and v where workers share them, else 0
     * @param encoded m and v as they travel, 0 unless they do
     * @param down θ, or what changed of it, as it travels to the workers
     * @param result of a worker, as it travels
     * @param kept what a worker keeps between rounds
     * @param exact whether floats travel as they are, without copies in another form
     * @param updates whether an executor makes θ of what it had and what changed
     * @param feedback whether a worker keeps what the codec loses
     */
    private record Sizes(
            long vector,
            long shared,
            long encoded,
            long down,
            long result,
            long kept,
            boolean exact,
            boolean updates,
            boolean feedback) {
        static Sizes of(StepMemory step, TrainConfig train) {
            long vector = step.parameters() * Float.BYTES;
            long moments = vector + step.secondMoments() * Float.BYTES;
            Codec codec = train.codec();
            boolean shares = train.innerState() == TrainConfig.MomentPolicy.AVERAGE;
            long encoded = AggregationSite.momentBytes(train, step.parameters(), step.secondMoments());
            boolean updates = !train.downCodec().isExact();
            long feedback = codec.feedsErrorBack() ? vector : 0;
            return new Sizes(
                    vector,
                    shares ? moments : 0,
                    encoded,
                    updates ? train.downCodec().bytes(step.parameters()) : vector,
                    AggregationSite.resultBytes(train, step.parameters(), step.secondMoments()),
                    (train.innerState() == TrainConfig.MomentPolicy.LOCAL ? moments : 0) + feedback,
                    codec.isExact(),
                    updates,
                    codec.feedsErrorBack());
        }

        private int parameters() {
            return Math.toIntExact(vector / Float.BYTES);
        }

        /** The mean is of θ, and of moments that workers share. */
        private DistributedAverage.Bytes bytes() {
            return new DistributedAverage.Bytes(result, vector + shared);
        }

        /** To an executor that had the state before. */
        long sent() {
            return down + encoded;
        }

        /** Its steps, and then the result beside them, or at first what it kept, which is read as one vector. */
        long taskHeap(StepMemory step, boolean onDriver, int workers) {
            long residuals = feedback ? 2 * vector : 0; // of the round before, and of this one
            long made = step.heap() + residuals + (exact ? 0 : result);
            long onItsWay = onDriver ? COPIES * result : DistributedAverage.bytesOfTask(parameters(), workers, bytes());
            return Math.max(2 * kept, made + onItsWay);
        }

        /** What was sent, as an object and as the blocks that came; with updates, θ before and after as well. */
        long executorHeap() {
            return 2 * sent() + (updates ? 2 * vector : 0);
        }

        /**
         * The state with the outer optimiser's momentum, what is sent of it in blocks, and what the round makes of it:
         * the average, which becomes the next state, and its momentum.
         */
        long driverHeap(boolean onDriver, int workers) {
            long state = 2 * vector + shared;
            long frames = (exact ? 0 : encoded) + (updates ? 2 * down : 0);
            long results = onDriver
                    ? 2L * workers * result // serialized, and read
                    : DistributedAverage.bytesOnDriver(parameters(), workers, bytes());
            return state + sent() + frames + state + results;
        }
    }

    /** The same with the indexes of the documents and the plans of their sequences, which executors hold. */
    public TrainingMemory with(DatasetSnapshot.Ref snapshot, PackingConfig packing) {
        long documents = snapshot.trainDocuments() * packing.strategy().bytesPerDocument()
                + snapshot.heldOutDocuments() * PackingConfig.Strategy.SINGLE.bytesPerDocument();
        return new TrainingMemory(step, sent, result, taskHeap, executorHeap + documents, driverHeap);
    }

    /** The same with so many bytes more on the heap of a task, and of the driver. */
    public TrainingMemory withHeap(long ofTask, long ofDriver) {
        return new TrainingMemory(step, sent, result, taskHeap + ofTask, executorHeap, driverHeap + ofDriver);
    }

    /** Refuses a checkpoint to train on from that the driver cannot even hold, before its vectors are read. */
    public static void refuseUnlessItFits(CheckpointManifest checkpoint) {
        String what = "the checkpoint of round " + checkpoint.facts().round();
        String less = "train a smaller model in another run.dir";
        new MemoryNeeds(what, checkpoint.vectorBytes(), 0, 0, 0, 0, less).refuseUnlessTheyFit(0);
    }

    /** Refuses a training that cannot fit, as far as that is known before anything starts. */
    public void refuseUnlessItFits(int workers, int threads) {
        refuseUnlessItFits(
                workers,
                threads,
                "take a smaller model.l-max, model.d-model or train.batch-size; hyena inspect memory tells what each"
                        + " takes");
    }

    /** The same, with what to do where no more memory is to be had. */
    public void refuseUnlessItFits(int workers, int threads, String less) {
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
                        less)
                .refuseUnlessTheyFit(tasks, MemoryNeeds.tasksOfExecutor(workers, threads));
    }

    /**
     * Refuses a session in which Spark would end a round for what it brings to the driver. Ours have no such limit;
     * those of applications have one by default.
     */
    public void refuseUnlessResultsPass(TrainConfig train, AggregationSite merge, SparkConf session) {
        long bytes = merge.of(train, step.parameters()) == AggregationSite.DRIVER
                ? train.workers() * result
                : AggregationSite.meanBytes(train, step.parameters(), step.secondMoments());
        String key = "spark.driver.maxResultSize";
        long most = session.getSizeAsBytes(key, "1g");
        Refusal.unless(
                most == 0 || bytes < most,
                key,
                most + " bytes",
                "more than " + bytes + " bytes, which a round brings to the driver, or 0, which is no limit");
    }

    /** Of what all tasks share Spark moves to disk what exceeds its part of the heap; what tasks hold it cannot. */
    public long executorHeapMebibytes(int tasks) {
        double beside = tasks * taskHeap / (1 - SPARKS_PART - MARGIN);
        return Math.max(heap(executorHeap + tasks * taskHeap), rounded(beside));
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
