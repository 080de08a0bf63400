package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.document.stream.SliceReader.CutException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The documents at the beginning of a slice, about {@code most} stored bytes of it, and how much of the slice they are.
 * The text of the last one may end with a {@link CutException}.
 */
final class SliceSample implements DocumentReader {
    private final Slice slice;
    private final boolean fromStart; // whether positions are not offsets in the stored file
    private final long most;
    private final Optional<DocumentReader> reader;
    private long first = -1;

    private SliceSample(Slice slice, boolean fromStart, long most, Optional<DocumentReader> reader) {
        this.slice = slice;
        this.fromStart = fromStart;
        this.most = most;
        this.reader = reader;
    }

    static SliceSample open(Storage storage, Slice slice, SourceConfig config, long most) throws IOException {
        boolean splittable = FileFormat.of(slice.file().path(), config).splittable();
        Optional<DocumentReader> reader;
        try {
            reader = Optional.of(DocumentReaders.open(storage, slice, config, most));
        } catch (CutException e) { // before the first record
            reader = Optional.empty();
        }
        return new SliceSample(slice, !splittable, most, reader);
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (reader.isEmpty() || (reader.get().shareOfRows().isPresent() && bytes() >= most)) {
            return Optional.empty();
        }
        try {
            Optional<Document> next = reader.get().next();
            if (first < 0 && next.isPresent()) {
                first = fromStart ? 0 : next.get().position();
            }
            return next;
        } catch (CutException e) {
            return Optional.empty();
        }
    }

    /** How many stored bytes of the slice have been read, from the first document's on; 0 if none was found. */
    long bytes() {
        long length = slice.to() - slice.from();
        OptionalDouble share = reader.map(DocumentReader::shareOfRows).orElse(OptionalDouble.empty());
        if (share.isPresent()) {
            return Math.round(share.getAsDouble() * length);
        }
        return first < 0 ? 0 : slice.from() + Math.min(most, length) - first;
    }

    @Override
    public void close() throws IOException {
        if (reader.isPresent()) {
            reader.get().close();
        }
    }
}
