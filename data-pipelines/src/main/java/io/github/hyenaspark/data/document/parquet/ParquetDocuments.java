package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;

/**
 * Rows of a Parquet file as documents. A slice has the row groups whose first byte is in it; a row's number in the file
 * is its position. Memory holds the stored bytes of the wanted columns of one row group and one decompressed page of
 * each, so a text must fit in memory: the format knows no streams.
 */
public final class ParquetDocuments implements DocumentReader {
    private final Slice slice;
    private final SourceConfig config;
    private final RangeReader range;
    private final List<ParquetRows.RowGroup> pending = new ArrayList<>();
    private Optional<ParquetInput> input = Optional.empty();
    private Optional<ParquetFileReader> file = Optional.empty();
    private Optional<ParquetColumn.ParquetColumns> columns = Optional.empty();
    private Optional<ParquetRows> rows = Optional.empty();
    private long offset;
    private long rowsOfSlice;
    private long rowsRead;

    private ParquetDocuments(Slice slice, SourceConfig config, RangeReader range) {
        this.slice = slice;
        this.config = config;
        this.range = range;
    }

    /** Opens a slice; its footer is read with the first document. */
    public static ParquetDocuments open(Storage storage, Slice slice, SourceConfig config) throws IOException {
        InputFile listed = slice.file();
        RangeReader range = storage.openRange(listed.uri());
        if (range.length() != listed.bytes()) {
            range.close();
            throw new IOException("file " + listed.uri() + " has changed since it was listed: listed with "
                    + listed.bytes() + " bytes, found " + range.length() + "; run prepare again");
        }
        return new ParquetDocuments(slice, config, range);
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (input.isEmpty()) {
            input = Optional.of(new ParquetInput(range));
            file = Optional.of(reading(this::openFile));
            listRowGroups(file.get());
        }
        while (rows.isEmpty() || !rows.get().hasNext()) {
            if (pending.isEmpty()) {
                return Optional.empty();
            }
            ParquetRows.RowGroup group = pending.remove(0);
            offset = group.start();
            rows = Optional.of(reading(() -> ParquetRows.of(
                    file.get(), group, columns.get(), slice.file().path())));
        }
        ParquetRows current = rows.get();
        rowsRead++;
        return Optional.of(reading(current::next));
    }

    @Override
    public OptionalDouble shareOfRows() {
        boolean listed = columns.isPresent();
        return OptionalDouble.of(rowsOfSlice > 0 ? (double) rowsRead / rowsOfSlice : listed ? 1 : 0);
    }

    private ParquetFileReader openFile() throws IOException {
        return ParquetFileReader.open(
                input.get(),
                ParquetReadOptions.builder().usePageChecksumVerification().build());
    }

    private void listRowGroups(ParquetFileReader reader) {
        ParquetColumn.ParquetColumns wanted = ParquetColumn.ParquetColumns.of(
                reader.getFileMetaData().getSchema(), config, slice.file().uri());
        ParquetRows.project(reader, wanted);
        columns = Optional.of(wanted);
        long row = 0;
        List<BlockMetaData> blocks = reader.getRowGroups();
        for (int index = 0; index < blocks.size(); index++) {
            BlockMetaData block = blocks.get(index);
            long start = block.getStartingPos();
            // the library refuses to read a group without rows
            if (start >= slice.from() && start < slice.to() && block.getRowCount() > 0) {
                pending.add(new ParquetRows.RowGroup(index, start, row, block.getRowCount()));
                rowsOfSlice += block.getRowCount();
            }
            row += block.getRowCount();
        }
    }

    /** An exception of the library means a damaged file, unless the store has failed. */
    private <T> T reading(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (BadDocumentException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            input.get().throwFailure();
            pending.clear();
            rows = Optional.empty();
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new BadFileException(slice.file().uri(), offset, "unreadable Parquet: " + reason);
        }
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
        }
        range.close();
    }

    private interface Reading<T> {
        T read() throws IOException;
    }
}
