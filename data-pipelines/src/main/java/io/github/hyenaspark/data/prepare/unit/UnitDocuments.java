package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/** The documents of work units, one unit after the other. */
public final class UnitDocuments implements DocumentReader {
    private final Storage storage;
    private final SourceConfig source;
    private final Iterator<WorkUnit> units;
    private final Deque<Slice> slices = new ArrayDeque<>();
    private Optional<DocumentReader> reader = Optional.empty();
    private String path = "";

    public UnitDocuments(Storage storage, SourceConfig source, Iterator<WorkUnit> units) {
        this.storage = storage;
        this.source = source;
        this.units = units;
    }

    /** The file of the document that was read or refused last. */
    public String path() {
        return path;
    }

    @Override
    public Optional<Document> next() throws IOException {
        while (openReader()) {
            Optional<Document> document = reader.orElseThrow().next();
            if (document.isPresent()) {
                return document;
            }
            close();
        }
        return Optional.empty();
    }

    private boolean openReader() throws IOException {
        while (reader.isEmpty() && slices.isEmpty() && units.hasNext()) {
            slices.addAll(units.next().slices());
        }
        if (reader.isEmpty() && !slices.isEmpty()) {
            Slice slice = slices.remove();
            path = slice.file().path();
            reader = Optional.of(DocumentReaders.open(storage, slice, source));
        }
        return reader.isPresent();
    }

    /** Leaves the current file; the next document is from the one after it. */
    @Override
    public void close() throws IOException {
        if (reader.isPresent()) {
            reader.get().close();
            reader = Optional.empty();
        }
    }
}
