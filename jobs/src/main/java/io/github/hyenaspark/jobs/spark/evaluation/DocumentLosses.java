package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.BatchSource;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Adds up the losses of sequences, which come in order, to losses of documents, and looks the documents up in the
 * tables of their units.
 */
public final class DocumentLosses {
    private final DocumentRows rows;
    private final PackingPlan plan;
    private final RowSink<DocumentLoss> sink;
    private final List<Measured> waiting = new ArrayList<>(); // to be looked up
    private long document = -1;
    private LossSum loss = LossSum.ZERO;
    private Optional<Boolean> lastToken = Optional.empty(); // whether that of the document is the likeliest
    private long lastTokens;
    private long lastTokensLikeliest;
    private LossSum.ByPosition all = LossSum.ByPosition.ZERO;
    private LossSum.ByPosition full = LossSum.ByPosition.ZERO;
    private long sequences;
    private long documents;
    private long bytes;

    /** @param plan of sequences that are of one document each */
    DocumentLosses(Storage storage, BatchSource source, PackingPlan plan, RowSink<DocumentLoss> sink)
            throws IOException {
        rows = new DocumentRows(storage, source.snapshot(), source.split());
        this.plan = plan;
        this.sink = sink;
    }

    void add(EvaluationTask.ChunkLosses chunk) {
        all = all.plus(chunk.all());
        full = full.plus(chunk.full());
        for (int i = 0; i < chunk.nats().length; i++) {
            long next = plan.parts(sequences++).get(0).document();
            if (next != document) {
                complete();
                document = next;
            }
            loss = loss.plus(new LossSum(chunk.nats()[i], chunk.tokens()[i]));
            if (chunk.lastTokens()[i] != EvaluationTask.ChunkLosses.NONE) {
                lastToken = Optional.of(chunk.lastTokens()[i] == EvaluationTask.ChunkLosses.RIGHT);
            }
        }
    }

    /** A document whose losses are all known, by its number in the split. */
    private record Measured(long document, LossSum loss, Optional<Boolean> lastToken) {}

    /** Looks up the documents that are complete, all together, and gives them to the sink. */
    void lookUp() throws IOException {
        Iterator<DocumentRow> found =
                rows.of(waiting.stream().map(Measured::document).toList()).iterator();
        for (Measured measured : waiting) {
            DocumentRow row = found.next();
            sink.accept(new DocumentLoss(
                    row.id(), row.path(), row.position(), row.bytes(), measured.loss(), measured.lastToken()));
            documents++;
            lastTokens += measured.lastToken().isPresent() ? 1 : 0;
            lastTokensLikeliest += measured.lastToken().orElse(false) ? 1 : 0;
            bytes += row.bytes();
        }
        waiting.clear();
    }

    /** All losses have been added. */
    void end() throws IOException {
        complete();
        lookUp();
    }

    private void complete() {
        if (document >= 0) {
            waiting.add(new Measured(document, loss, lastToken));
        }
        lastToken = Optional.empty();
        document = -1;
        loss = LossSum.ZERO;
    }

    /** All losses so far, once they have come to an {@link #end}. */
    SparkEvaluation.Evaluation sum() {
        return new SparkEvaluation.Evaluation(documents, bytes, lastTokens, lastTokensLikeliest, all, full);
    }

    /**
     * The loss of one document over all its targets, named as in the document table. {@code lastTokenLikeliest} says
     * whether no token is more likely than the last one of its text; empty if that one does not count.
     */
    public record DocumentLoss(
            String id, String path, long position, long bytes, LossSum loss, Optional<Boolean> lastTokenLikeliest) {}
}
