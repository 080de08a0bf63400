package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.LabelUse;
import io.github.hyenaspark.jobs.spark.worker.WindowGroups.Group;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LabelledBatch;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.spark.broadcast.Broadcast;

/** Local steps on documents with labels, and what a model predicts of such documents. */
public record LabelTraining(Broadcast<LabelPlan> labels) implements WorkerComputation {
    @Override
    public Done round(
            ExecutorState executor, TrainingPlan plan, Assignment part, TrainingState start, IntPredicate continues)
            throws IOException {
        LabelPlan known = labels.value();
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

    private static LabelUse use(TrainingPlan plan, LabelPlan known) {
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
        return LabelPlan.chunks(labels.value().heldOut());
    }

    /** The mean loss of held-out documents, all at place 0: a document has one loss, the mean of its windows. */
    @Override
    public Iterator<LossSum.ByPosition> heldOut(TrainingPlan plan, float[] theta, Iterator<Integer> chunks)
            throws IOException {
        LabelPlan known = labels.value();
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
        LabelPlan known = labels.value();
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
        LabelPlan known = labels.value();
        ExecutorState executor = ExecutorState.ofThisProcess();
        LabelUse use = use(plan, known);
        return executor.readLabelled(plan.snapshot(), documents -> {
            LabelModel model = executor.borrow(use);
            model.parameters(theta);
            List<T> found = new ArrayList<>();
            while (chunks.hasNext()) {
                int[] chunk = LabelPlan.chunk(all, chunks.next());
                found.add(measurement.of(model, chunk, new WindowGroups(known, documents, chunk)));
            }
            executor.giveBack(use, model);
            return found.iterator();
        });
    }

    /** The batches of one worker's local steps in one round: of a longer document one window, another every time. */
    private static final class Batches {
        private final TrainConfig train;
        private final LabelPlan known;
        private final LabelledDocuments documents;
        private final Assignment part;
        private final BatchCursor cursor;
        private long nanos;

        Batches(TrainConfig train, LabelPlan known, LabelledDocuments documents, Assignment part) {
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
}
