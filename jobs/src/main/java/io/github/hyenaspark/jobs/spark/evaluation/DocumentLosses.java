package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Requests;
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

    /**
     * Looks up documents of a split in the tables of their units, many tables at once: one after the other, those of
     * 155,000 units would take hours. Reads a segment or a table only if it holds one that is looked up, and keeps the
     * rows of the last one, where the next documents may be.
     */
    static final class DocumentRows {
        private final Storage storage;
        private final DatasetSnapshot.Ref snapshot;
        private final Split split;
        private final Iterator<Segment.Entry> segments; // those whose documents come after all of units
        private Iterator<UnitEntry> units; // those that come after the unit
        private Optional<UnitEntry> unit = Optional.empty(); // of the last document that was looked up
        private long begin; // documents before those of the unit
        private long end; // and with them
        private Optional<UnitEntry> kept = Optional.empty(); // whose rows are kept
        private List<DocumentRow> rows = List.of();

        DocumentRows(Storage storage, DatasetSnapshot.Ref snapshot, Split split) throws IOException {
            this.storage = storage;
            this.snapshot = snapshot;
            this.split = split;
            DatasetSnapshot read = snapshot.read(storage);
            segments = read.segments().iterator();
            units = read.ownUnits().iterator();
        }

        /** Some documents of a unit, by their places in its part of the split, which has so many in all. */
        private record Wanted(UnitEntry unit, long documents, List<Integer> places) {
            List<DocumentRow> of(List<DocumentRow> rows) {
                return places.stream().map(rows::get).toList();
            }
        }

        /**
         * The rows of documents, by their numbers in the split: ascending, and after those that were looked up before.
         */
        List<DocumentRow> of(List<Long> documents) throws IOException {
            List<Wanted> wanted = new ArrayList<>();
            for (long document : documents) {
                UnitEntry holder = holder(document);
                if (wanted.isEmpty() || !wanted.get(wanted.size() - 1).unit().equals(holder)) {
                    wanted.add(new Wanted(holder, end - begin, new ArrayList<>()));
                }
                wanted.get(wanted.size() - 1).places().add(Math.toIntExact(document - begin));
            }
            if (wanted.isEmpty()) {
                return List.of();
            }
            Wanted last = wanted.remove(wanted.size() - 1);
            List<DocumentRow> found = new ArrayList<>();
            Requests.all(wanted, some -> some.of(rows(some))).forEach(found::addAll);
            rows = rows(last);
            kept = Optional.of(last.unit());
            found.addAll(last.of(rows));
            return found;
        }

        private UnitEntry holder(long document) throws IOException {
            while (document >= end) {
                if (units.hasNext()) {
                    takeUnit(units.next());
                } else {
                    takeSegment(document, segments.next());
                }
            }
            return unit.orElseThrow();
        }

        private void takeSegment(long document, Segment.Entry segment) throws IOException {
            long documents = segment.totals().of(split).documents();
            if (document < end + documents) {
                units =
                        Segment.read(storage, snapshot.dataset(), segment)
                                .remaining(storage, snapshot.dataset(), segment)
                                .stream()
                                .map(Segment.Line::unit)
                                .iterator();
            } else {
                end += documents;
            }
        }

        private void takeUnit(UnitEntry next) {
            unit = Optional.of(next);
            begin = end;
            end += next.shards(split).stream().mapToLong(ShardEntry::documents).sum();
        }

        /** All of a unit's part of the split. */
        private List<DocumentRow> rows(Wanted wanted) throws IOException {
            UnitEntry of = wanted.unit();
            if (kept.isPresent() && kept.get().equals(of)) {
                return rows;
            }
            ObjectRef table = of.object(DocumentTable.FOLDER)
                    .orElseThrow(
                            () -> new CorruptFileException(snapshot.uri(), "a document table", "unit " + of.name()));
            List<DocumentRow> read = new ArrayList<>();
            DocumentTable.read(storage, snapshot.dataset(), table, row -> {
                if (row.split() == split) {
                    read.add(row);
                }
            });
            if (read.size() != wanted.documents()) {
                throw new CorruptFileException(
                        Storage.resolve(snapshot.dataset(), table.file()),
                        wanted.documents() + " documents of the " + split.folder() + " split",
                        read.size() + " of them");
            }
            return read;
        }
    }
}
