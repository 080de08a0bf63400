package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.SnapshotRef;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.BatchSource;
import io.github.hyenaspark.model.LossByPosition;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Adds up the losses of sequences, which come in order, to losses of documents, and looks up each document in the table
 * of its unit. Holds the table of one unit only.
 */
public final class DocumentLosses {
    private final Storage storage;
    private final SnapshotRef snapshot;
    private final Split split;
    private final Iterator<UnitEntry> units; // those that have not been read
    private final PackingPlan plan;
    private final RowSink<DocumentLoss> sink;
    private final List<DocumentRow> rows = new ArrayList<>(); // of the unit read last
    private long firstRow;
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
        this.storage = storage;
        snapshot = source.snapshot();
        split = source.split();
        units = SnapshotUnits.all(storage, snapshot.dataset(), snapshot.read(storage))
                .iterator();
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
        DocumentRow row = row();
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

    private DocumentRow row() throws IOException {
        while (document >= firstRow + rows.size()) {
            firstRow += rows.size();
            rows.clear();
            readUnit(units.next());
        }
        return rows.get(Math.toIntExact(document - firstRow));
    }

    private void readUnit(UnitEntry unit) throws IOException {
        List<ShardEntry> shards = unit.shards(split);
        if (shards.isEmpty()) {
            return;
        }
        long expected = shards.stream().mapToLong(ShardEntry::documents).sum();
        ObjectRef table = unit.object(DocumentTable.FOLDER)
                .orElseThrow(() -> new CorruptFileException(snapshot.uri(), "a document table", "unit " + unit.name()));
        DocumentTable.read(storage, snapshot.dataset(), table, row -> {
            if (row.split() == split) {
                rows.add(row);
            }
        });
        if (rows.size() != expected) {
            throw new CorruptFileException(
                    Storage.resolve(snapshot.dataset(), table.file()),
                    expected + " documents of the " + split.folder() + " split",
                    rows.size() + " of them");
        }
    }

    /**
     * The loss of one document over all its targets, named as in the document table. {@code lastTokenLikeliest} says
     * whether no token is more likely than the last one of its text; empty if that one does not count.
     */
    public record DocumentLoss(
            String id, String path, long position, long bytes, LossSum loss, Optional<Boolean> lastTokenLikeliest) {}
}
