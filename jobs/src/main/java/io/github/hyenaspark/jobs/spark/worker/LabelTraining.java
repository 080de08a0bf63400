package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.LabelUse;
import io.github.hyenaspark.jobs.spark.worker.LabelTraining.WindowGroups.Group;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LabelledBatch;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.spark.broadcast.Broadcast;

/** Local steps on documents with labels, and what a model predicts of such documents. */
public record LabelTraining(Broadcast<Plan> labels) implements WorkerComputation {
    @Override
    public Done round(
            ExecutorState executor, TrainingPlan plan, Assignment part, TrainingState start, IntPredicate continues)
            throws IOException {
        Plan known = labels.value();
        LabelUse use = use(plan, known);
        try {
            executor.warmUp(known.longest());
            return executor.readLabelled(plan.snapshot(), documents -> {
                LabelModel model = executor.borrow(use);
                long begin = System.nanoTime();
                var batches = new Batches(plan.train(), known, documents, part);
                LocalTrainer.RoundResult result = new LocalTrainer<>(model, plan.train())
                        .round(
                                start,
                                part.round(),
                                part.worker(),
                                batches::at,
                                new Training.ReportedSteps(executor, plan, part, continues));
                executor.giveBack(use, model);
                return new Done(result, batches.nanos, System.nanoTime() - begin);
            });
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from a batch: the trainer takes a function that declares nothing
        }
    }

    private static LabelUse use(TrainingPlan plan, Plan known) {
        return new LabelUse(known.spec(), plan.train().recompute(), plan.train().threads());
    }

    @Override
    public String unit() {
        return "documents";
    }

    /** Weights, rare classes and far values move the loss of a round by any amount, also where a model learns. */
    @Override
    public double mostAboveFirst() {
        return Double.POSITIVE_INFINITY;
    }

    @Override
    public int heldOutChunks(TrainingPlan plan) {
        return Plan.chunks(labels.value().heldOut());
    }

    /** The mean loss of held-out documents, all at place 0: a document has one loss, the mean of its windows. */
    @Override
    public Iterator<LossSum.ByPosition> heldOut(TrainingPlan plan, float[] theta, Iterator<Integer> chunks)
            throws IOException {
        Plan known = labels.value();
        return each(plan, theta, chunks, known.heldOut(), (model, chunk, groups) -> {
            double nats = 0;
            for (Group group = groups.next(); !group.isEmpty(); group = groups.next()) {
                nats += group.lossSum(model, known).nats();
            }
            return new LossSum.ByPosition(List.of(new LossSum(nats, chunk.length)));
        });
    }

    /** The outputs of documents by θ, T for each window of each, chunk by chunk. */
    public Iterator<double[][]> outputs(TrainingPlan plan, float[] theta, int[] documents, Iterator<Integer> chunks)
            throws IOException {
        Plan known = labels.value();
        return each(plan, theta, chunks, documents, (model, chunk, groups) -> {
            List<double[]> outputs = new ArrayList<>();
            for (Group group = groups.next(); !group.isEmpty(); group = groups.next()) {
                outputs.addAll(Arrays.asList(known.readings().outputs(model, group.sequences(), known.longest())));
            }
            return outputs.toArray(double[][]::new);
        });
    }

    @FunctionalInterface
    private interface Measurement<T> {
        T of(LabelModel model, int[] documents, WindowGroups groups) throws IOException;
    }

    private <T> Iterator<T> each(
            TrainingPlan plan, float[] theta, Iterator<Integer> chunks, int[] all, Measurement<T> measurement)
            throws IOException {
        Plan known = labels.value();
        ExecutorState executor = ExecutorState.ofThisProcess();
        LabelUse use = use(plan, known);
        return executor.readLabelled(plan.snapshot(), documents -> {
            LabelModel model = executor.borrow(use);
            model.parameters(theta);
            List<T> found = new ArrayList<>();
            while (!ExecutorState.isCancelled() && chunks.hasNext()) {
                int[] chunk = Plan.chunk(all, chunks.next());
                found.add(measurement.of(model, chunk, new WindowGroups(known, documents, chunk)));
            }
            executor.giveBack(use, model);
            ExecutorState.endIfCancelled();
            return found.iterator();
        });
    }

    /** The batches of one worker's local steps in one round: of a longer document one window, another every time. */
    private static final class Batches {
        private final TrainConfig train;
        private final Plan known;
        private final LabelledDocuments documents;
        private final Assignment part;
        private final BatchCursor cursor;
        private long nanos;

        Batches(TrainConfig train, Plan known, LabelledDocuments documents, Assignment part) {
            this.train = train;
            this.known = known;
            this.documents = documents;
            this.part = part;
            cursor = new BatchCursor(known.train().length, train.seed(), train.workers(), train.batchSize());
        }

        LabelledBatch at(long localStep) {
            long begin = System.nanoTime();
            try {
                long step = train.step(part.round(), Math.toIntExact(localStep));
                int[] chosen = Arrays.stream(cursor.sequencesOf(step, part.worker()))
                        .mapToInt(number -> known.train()[Math.toIntExact(number)])
                        .toArray();
                List<int[]> sequences = new ArrayList<>();
                for (int document : chosen) {
                    int windows = documents.windowsOf(document, known.longest());
                    long drawn = SplitMix64.mix(train.seed() ^ SplitMix64.mix(step << Integer.SIZE | document));
                    int window = (int) Math.floorMod(drawn, (long) windows);
                    sequences.add(documents.read(document, known.longest(), window));
                }
                TestPoint.reached("worker {} has read in step {}: {}", part.worker(), step, chosen);
                return known.readings().batch(sequences, known.targets(chosen), known.weights(chosen), known.longest());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                nanos += System.nanoTime() - begin;
            }
        }
    }

    /**
     * All windows of some documents, one after the other, in groups that are computed together: a genome has thousands,
     * and those of one group are in memory at a time.
     */
    static final class WindowGroups {
        private final Plan known;
        private final LabelledDocuments documents;
        private final int[] chosen;
        private int at; // of the chosen ones
        private int window; // of that document

        WindowGroups(Plan known, LabelledDocuments documents, int[] chosen) {
            this.known = known;
            this.documents = documents;
            this.chosen = chosen;
        }

        /**
         * Some windows.
         *
         * @param owners the document of each
         * @param counts how many windows that has
         */
        record Group(List<int[]> sequences, List<Integer> owners, List<Integer> counts) {
            boolean isEmpty() {
                return sequences.isEmpty();
            }

            /** The losses of these windows, each of which is its part of a document. */
            LossSum lossSum(LabelModel model, Plan known) {
                int[] of = owners.stream().mapToInt(Integer::intValue).toArray();
                double[] weights = known.weights(of);
                for (int i = 0; i < weights.length; i++) {
                    weights[i] /= counts.get(i);
                }
                return known.readings().lossSum(model, sequences, known.targets(of), weights, known.longest());
            }
        }

        /** The next group; empty after the last. */
        Group next() throws IOException {
            var group = new Group(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            int longest = known.longest();
            int tokens = 0;
            while (at < chosen.length) {
                int document = chosen[at];
                int length = documents.lengthOfWindows(document, longest);
                if (!Readings.isTogether(tokens, length, longest)) {
                    break;
                }
                tokens += LabelledBatch.padded(length, longest);
                int count = documents.windowsOf(document, longest);
                group.sequences.add(documents.read(document, longest, window));
                group.owners.add(document);
                group.counts.add(count);
                window = (window + 1) % count;
                at += window == 0 ? 1 : 0;
            }
            return group;
        }
    }

    /**
     * What every task of a training on labels knows besides the
     * {@link io.github.hyenaspark.jobs.spark.run.TrainingPlan}, sent to each executor once. Documents are numbers in
     * their dataset. Not compared by {@code equals}: the arrays are not copied.
     *
     * @param longest window of a document that is read, tokens; at most the model's longest sequence
     * @param train the documents to train on
     * @param heldOut those that measure how training goes
     * @param targets of all documents of the dataset, row-major
     * @param weights of their losses
     */
    public record Plan(
            LabelModel.Spec spec,
            Readings readings,
            int longest,
            int[] train,
            int[] heldOut,
            double[] targets,
            double[] weights)
            implements Serializable {
        private static final int CHUNK = 32;

        double[] targets(int[] documents) {
            int width = spec.head().targets();
            double[] chosen = new double[documents.length * width];
            for (int i = 0; i < documents.length; i++) {
                System.arraycopy(targets, documents[i] * width, chosen, i * width, width);
            }
            return chosen;
        }

        double[] weights(int[] documents) {
            return IntStream.of(documents)
                    .mapToDouble(document -> weights[document])
                    .toArray();
        }

        /** Into how many parts documents are cut; each part is computed in one task, in the same way everywhere. */
        public static int chunks(int[] documents) {
            return (documents.length + CHUNK - 1) / CHUNK;
        }

        public static int[] chunk(int[] documents, int number) {
            return Arrays.copyOfRange(documents, number * CHUNK, Math.min(documents.length, (number + 1) * CHUNK));
        }
    }
}
