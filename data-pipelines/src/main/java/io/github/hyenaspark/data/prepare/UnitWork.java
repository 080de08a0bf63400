package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.shard.DocumentTooLongException;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardWriter;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.token.MalformedTextException;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares one work unit: a pure function of unit, settings and texts. It writes immutable objects and, last, one
 * record that only the first of many attempts creates; so attempts may be repeated, killed, or run at the same time. It
 * publishes nothing: see {@link SnapshotCommit}.
 */
public final class UnitWork {
    private static final Logger LOG = LoggerFactory.getLogger(UnitWork.class);

    private final DataConfig config;
    private final Storage storage;
    private final Tokenizer tokenizer;
    private final SplitRule splitRule;
    private final int[] endOfDocument;
    private final List<PreparedDocument> documents = new ArrayList<>();
    private final List<QuarantineRecord> rejects = new ArrayList<>();

    private UnitWork(DataConfig config, Storage storage) {
        this.config = config;
        this.storage = storage;
        this.tokenizer = config.newTokenizer();
        this.splitRule = config.splitRule();
        this.endOfDocument = new int[] {tokenizer.endOfDocument()};
    }

    /**
     * Prepares a unit, unless its record and all its objects are there already.
     *
     * @return the unit's record, as it is in the dataset
     * @throws IOException if a document is gone or has changed since it was listed, or the dataset cannot be written
     */
    public static UnitRecord run(WorkUnit unit, DataConfig config, Storage storage) throws IOException {
        Optional<UnitRecord> done = UnitRecord.find(storage, config, unit);
        if (done.isPresent() && done.get().isIntact(storage, config.dataset())) {
            return done.get();
        }
        return new UnitWork(config, storage).prepare(unit);
    }

    private UnitRecord prepare(WorkUnit unit) throws IOException {
        List<ShardEntry> shards;
        try (var writer = ShardWriter.open(config.format())) {
            for (Document document : unit.documents()) {
                add(document, writer);
            }
            shards = writer.write(storage, config.dataset(), unit.name());
        }
        var record = new UnitRecord(unit.name(), documents, rejects, shards);
        String uri = UnitRecord.uri(config, unit);
        byte[] bytes = record.toJson();
        if (!storage.createExclusively(uri, bytes) && !Arrays.equals(storage.read(uri), bytes)) {
            throw new IOException("the unit record " + uri + " is of other texts: a document has changed, but neither"
                    + " its length nor its time of change; delete the record and run prepare again");
        }
        return record;
    }

    private void add(Document document, ShardWriter writer) throws IOException {
        try (var in = new HashingInput(document.open(storage))) {
            try {
                tokenizer.encode(in, writer::append);
                writer.append(endOfDocument, 1);
            } catch (MalformedTextException e) {
                reject(document, writer, e.offset(), e.reason());
                return;
            } catch (DocumentTooLongException e) {
                reject(document, writer, 0, e.reason());
                return;
            }
            if (in.bytes() != document.bytes()) {
                throw new IOException("document " + document.uri() + " has changed while it was read: listed with "
                        + document.bytes() + " bytes, found " + in.bytes() + "; run prepare again");
            }
            String sha256 = in.sha256();
            Split split = splitRule.split(document, sha256);
            long tokens = writer.endDocument(split, in.bytes());
            documents.add(new PreparedDocument(document, sha256, split, tokens));
        }
    }

    private void reject(Document document, ShardWriter writer, long offset, String reason) throws IOException {
        writer.discardDocument();
        rejects.add(new QuarantineRecord(document.path(), document.uri(), offset, reason));
        LOG.warn("refused {} at byte {}: {}", document.uri(), offset, reason);
    }
}
