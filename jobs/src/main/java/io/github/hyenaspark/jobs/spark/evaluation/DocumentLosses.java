package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.BatchSource;
import io.github.hyenaspark.model.LossByPosition;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.Optional;

/**
 * Adds up the losses of sequences, which come in order, to losses of documents, and looks up each document in the table
 * of its unit. Holds the table of one unit only.
 */
public final class DocumentLosses {
    private final DocumentRows rows;
    private final PackingPlan plan;
    private final RowSink<DocumentLoss> sink;
    private long document = -1;
    private LossSum loss = LossSum.ZERO;
    private Optional<Boolean> lastToken = Optional.empty(); // whether that of the document is the likeliest
    private long lastTokens;
    private long lastTokensLikeliest;
    private LossByPosition all = LossByPosition.ZERO;
    private LossByPosition full = LossByPosition.ZERO;
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

    void add(EvaluationTask.ChunkLosses chunk) throws IOException {
        all = all.plus(chunk.all());
        full = full.plus(chunk.full());
        for (int i = 0; i < chunk.nats().length; i++) {
            long next = plan.parts(sequences++).get(0).document();
            if (next != document) {
                end();
                document = next;
            }
            loss = loss.plus(new LossSum(chunk.nats()[i], chunk.tokens()[i]));
            if (chunk.lastTokens()[i] != EvaluationTask.ChunkLosses.NONE) {
                lastToken = Optional.of(chunk.lastTokens()[i] == EvaluationTask.ChunkLosses.RIGHT);
            }
        }
    }

    /** All losses have been added, or all of a document. */
    void end() throws IOException {
        if (document < 0) {
            return;
        }
        DocumentRow row = rows.of(document);
        sink.accept(new DocumentLoss(row.id(), row.path(), row.position(), row.bytes(), loss, lastToken));
        documents++;
        lastTokens += lastToken.isPresent() ? 1 : 0;
        lastTokensLikeliest += lastToken.orElse(false) ? 1 : 0;
        lastToken = Optional.empty();
        bytes += row.bytes();
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
