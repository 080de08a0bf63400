package io.github.hyenaspark.data.document.input;

import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.fasta.FastaDocuments;
import io.github.hyenaspark.data.document.parquet.ParquetDocuments;
import io.github.hyenaspark.data.document.stream.SliceReader;
import io.github.hyenaspark.data.document.stream.SliceReader.CutException;
import io.github.hyenaspark.data.document.text.JsonLines;
import io.github.hyenaspark.data.document.text.TextFileDocuments;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;

/** Chooses the {@link DocumentReader} for a file, by its format and the settings. */
public final class DocumentReaders {
    private DocumentReaders() {}

    /**
     * Opens a slice; the caller closes the reader. IllegalArgumentException if the file cannot be read in slices, or
     * the settings' BED file is malformed. IOException if the file is gone or has changed since it was listed; the
     * reader and its texts throw it too.
     */
    public static DocumentReader open(Storage storage, Slice slice, SourceConfig config) throws IOException {
        return open(storage, slice, config, Long.MAX_VALUE);
    }

    /**
     * The same, but of a slice with more than {@code most} stored bytes only so many are read: then comes a
     * {@link CutException}. Of Parquet, whose rows lie in large groups, all are.
     */
    public static DocumentReader open(Storage storage, Slice slice, SourceConfig config, long most) throws IOException {
        InputFile file = slice.file();
        FileFormat format = FileFormat.of(file.path(), config);
        if (!format.splittable() && !slice.isWhole()) {
            throw new IllegalArgumentException("file " + file.uri() + " is read whole, found the slice [" + slice.from()
                    + ", " + slice.to() + ") of " + file.bytes() + " bytes");
        }
        if (format.format() == SourceConfig.SourceFormat.PARQUET) {
            return ParquetDocuments.open(storage, slice, config);
        }
        int before = format.format() == SourceConfig.SourceFormat.TEXT ? TextFileDocuments.bytesBefore(config) : 1;
        SliceReader reader = SliceReader.open(storage, slice, format.compression(), before, most);
        try {
            return switch (format.format()) {
                case JSONL -> new JsonLines(reader, config);
                case FASTA -> FastaDocuments.of(storage, reader, config);
                default -> TextFileDocuments.of(reader, config);
            };
        } catch (IOException | IllegalArgumentException e) {
            reader.close();
            throw e;
        }
    }
}
