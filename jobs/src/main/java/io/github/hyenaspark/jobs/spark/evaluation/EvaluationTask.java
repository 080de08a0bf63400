package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingPlan.Part;
import io.github.hyenaspark.data.batch.Shuffle;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.BatchSource;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.ModelUse;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.operator.head.LanguageModelHead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * The losses of some chunks of sequences. A chunk is B sequences in a row, the last one fewer; each chunk has a sum of
 * its own, so the total does not depend on which task computed which chunk.
 */
public final class EvaluationTask {
    private EvaluationTask() {}

    /** How many chunks of B sequences there are. */
    public static int chunks(long sequences, int batchSize) {
        return Math.toIntExact((sequences + batchSize - 1) / batchSize);
    }

    static long[] sequencesOf(int chunk, int batchSize, long sequences) {
        long from = (long) chunk * batchSize;
        return LongStream.range(from, Math.min(from + batchSize, sequences)).toArray();
    }

    private static ChunkLosses losses(HyenaLanguageModel model, TokenBatches batches, long[] sequences)
            throws IOException {
        Batch batch = batches.batch(sequences);
        LanguageModelHead.TargetLosses found = model.losses(batch);
        double[] nats = found.nats();
        return new ChunkLosses(
                LossSum.ByPosition.of(nats, batch, row -> true),
                LossSum.ByPosition.of(nats, batch, row -> isFull(batches, sequences[row])),
                sums(nats, batch),
                counted(batch),
                lastTokens(batches, sequences, batch, found.likeliest()));
    }

    private static boolean isFull(TokenBatches batches, long sequence) {
        int length = batches.plan().config().length();
        return batches.plan().parts(sequence).get(0).inputs() == length;
    }

    /** Whether the last token of each document, before the end of the document, is the likeliest. */
    private static byte[] lastTokens(TokenBatches batches, long[] sequences, Batch batch, boolean[] likeliest) {
        byte[] lastTokens = new byte[sequences.length];
        for (int row = 0; row < sequences.length; row++) {
            Part part = batches.plan().parts(sequences[row]).get(0);
            long target = batches.plan().documents().tokens(part.document()) - 2 - 1 - part.from(); // its input's place
            if (target >= 0 && target < part.inputs()) {
                int at = row * batch.length() + (int) target;
                lastTokens[row] = batch.targets()[at] < 0
                        ? ChunkLosses.NONE
                        : likeliest[at] ? ChunkLosses.RIGHT : ChunkLosses.WRONG;
            }
        }
        return lastTokens;
    }

    private static double[] sums(double[] nats, Batch batch) {
        double[] sums = new double[batch.batchSize()];
        for (int i = 0; i < nats.length; i++) {
            sums[i / batch.length()] += nats[i];
        }
        return sums;
    }

    private static int[] counted(Batch batch) {
        int[] counted = new int[batch.batchSize()];
        for (int i = 0; i < batch.targets().length; i++) {
            counted[i / batch.length()] += batch.targets()[i] >= 0 ? 1 : 0;
        }
        return counted;
    }

    /** At most so many sequences of a split, chosen by hashes of their numbers and a seed, so always the same ones. */
    record Sample(long most, long seed) {
        static final Sample ALL = new Sample(Long.MAX_VALUE, 0);

        private static final long STREAM = "held-out".hashCode();

        /** The numbers of the chosen sequences by their place in the sample, ascending. */
        LongUnaryOperator numbers(long sequences) {
            if (sequences <= most) {
                return place -> place;
            }
            Shuffle shuffle = Shuffle.of(sequences, SplitMix64.mix(seed + STREAM), 0);
            long[] chosen = LongStream.range(0, most).map(shuffle::at).sorted().toArray();
            return place -> chosen[Math.toIntExact(place)];
        }
    }

    /**
     * The losses of one chunk of sequences. Not compared by {@code equals}: the arrays are not copied.
     *
     * @param all by place in the sequence
     * @param full the same of the sequences that have no padding
     * @param nats of each sequence, in order
     * @param tokens how many targets of each sequence count
     * @param lastTokens of each sequence: {@link #RIGHT} or {@link #WRONG} if it predicts its document's last token,
     *     else {@link #NONE}
     */
    public record ChunkLosses(
            LossSum.ByPosition all, LossSum.ByPosition full, double[] nats, int[] tokens, byte[] lastTokens) {
        /** The last token of the document is not predicted in this sequence, or does not count. */
        static final byte NONE = 0;

        /** No token was found more likely. */
        public static final byte RIGHT = 1;

        /** Another token was. */
        static final byte WRONG = 2;
    }

    /**
     * What every task of an evaluation knows, sent to each executor once. Sequences are of one document each; a chunk
     * has B of them as in training, whose measurements between rounds have the same sums.
     */
    public record Plan(ModelUse use, BatchSource source, int batchSize) {
        Iterator<ChunkLosses> losses(float[] theta, Iterator<Integer> chunks) throws IOException {
            return measure(theta, chunks, Sample.ALL, EvaluationTask::losses);
        }

        /** The loss of one state over some chunks of the held-out sequences that a training measures. */
        public static Iterator<LossSum.ByPosition> heldOut(TrainingPlan plan, float[] theta, Iterator<Integer> chunks)
                throws IOException {
            return new Plan(plan.modelUse(), plan.heldOutSource(), plan.train().batchSize())
                    .measure(
                            theta,
                            chunks,
                            new Sample(plan.heldOutSequences(), plan.train().seed()),
                            (model, batches, sequences) -> model.lossByPosition(batches.batch(sequences)));
        }

        @FunctionalInterface
        interface Measurement<T> {
            T of(HyenaLanguageModel model, TokenBatches batches, long[] sequences) throws IOException;
        }

        /** Measures chunks in the task that calls this; θ has P. */
        <T> Iterator<T> measure(float[] theta, Iterator<Integer> chunks, Sample sample, Measurement<T> measurement)
                throws IOException {
            ExecutorState executor = ExecutorState.ofThisProcess();
            return executor.read(source, batches -> {
                HyenaLanguageModel model = executor.borrow(use);
                model.parameters(theta);
                List<T> found = new ArrayList<>();
                long measured = Math.min(sample.most(), batches.sequences());
                LongUnaryOperator numbers = sample.numbers(batches.sequences());
                while (!ExecutorState.isCancelled() && chunks.hasNext()) {
                    long[] places = sequencesOf(chunks.next(), batchSize, measured);
                    long[] sequences = Arrays.stream(places).map(numbers).toArray();
                    found.add(measurement.of(model, batches, sequences));
                }
                executor.giveBack(use, model);
                ExecutorState.endIfCancelled();
                return found.iterator();
            });
        }

        /**
         * Evaluates a run as training measures its held-out loss, on at most so many documents, spread evenly over the
         * split, 0 for all; a task computes with so many threads.
         */
        public static Plan of(TrainedRun run, DatasetSnapshot.Ref snapshot, Split split, long documents, int threads) {
            var packing =
                    new PackingConfig(PackingConfig.Strategy.SINGLE, run.model().lMax());
            long most = documents == 0 ? Long.MAX_VALUE : documents;
            return new Plan(
                    ModelUse.forward(run.model(), run.vocabularySize(), threads),
                    new BatchSource(snapshot, split, packing, most),
                    run.train().batchSize());
        }
    }
}
