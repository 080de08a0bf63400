package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.document.BadDocumentException;
import io.github.hyenaspark.data.document.BadFileException;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The texts that a tokenizer is trained on, one after the other: those of some work units of the input. */
public final class TrainingTexts {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingTexts.class);

    private final Storage storage;
    private final SourceConfig source;
    private final Iterator<WorkUnit> units;
    private final Deque<Slice> slices = new ArrayDeque<>();
    private Optional<DocumentReader> reader = Optional.empty();
    private long refused;

    TrainingTexts(Storage storage, SourceConfig source, Iterator<WorkUnit> units) {
        this.storage = storage;
        this.source = source;
        this.units = units;
    }

    /**
     * The input in work units.
     *
     * @throws IllegalArgumentException if the input is missing or has no documents
     */
    public static List<WorkUnit> units(Storage storage, DataConfig config) throws IOException {
        return WorkUnit.cut(config.files(storage), config.source(), config.unitBytes());
    }

    /** Documents and files that could not be read so far. */
    long refused() {
        return refused;
    }

    /** The next text; what the caller did not read of the one before is skipped. Empty after the last. */
    Optional<InputStream> next() throws IOException {
        while (openReader()) {
            try {
                Optional<Document> document = reader.orElseThrow().next();
                if (document.isPresent()) {
                    return document.map(Document::text);
                }
                closeReader();
            } catch (BadDocumentException e) {
                refuse(e.reason(), e.offset());
            } catch (BadFileException e) {
                refuseFile(e);
            }
        }
        return Optional.empty();
    }

    /** Counts a document that turned out to be unusable while it was read. */
    void refuse(String reason, long offset) {
        LOG.warn("refused a document at byte {}: {}", offset, reason);
        refused++;
    }

    /** Counts a file that cannot be read further, and continues with the next. */
    void refuseFile(BadFileException fault) throws IOException {
        refuse(fault.reason(), fault.offset());
        closeReader();
    }

    private boolean openReader() throws IOException {
        while (reader.isEmpty() && slices.isEmpty() && units.hasNext()) {
            slices.addAll(units.next().slices());
        }
        if (reader.isEmpty() && !slices.isEmpty()) {
            reader = Optional.of(DocumentReaders.open(storage, slices.remove(), source));
        }
        return reader.isPresent();
    }

    private void closeReader() throws IOException {
        if (reader.isPresent()) {
            reader.get().close();
            reader = Optional.empty();
        }
    }
}
