package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The documents of a slice, one after the other, in memory of constant size. Confined to one thread. */
public interface DocumentReader extends Closeable {
    /**
     * Opens a slice; the caller closes the reader.
     *
     * @throws IllegalArgumentException if the file cannot be read in slices, or the settings' BED file is wrong
     * @throws IOException if the file is gone or has changed since it was listed; {@link #next} and the texts throw it
     *     too
     */
    static DocumentReader open(Storage storage, Slice slice, SourceConfig config) throws IOException {
        InputFile file = slice.file();
        FileFormat format = FileFormat.of(file.path(), config);
        if (!format.splittable() && !slice.isWhole()) {
            throw new IllegalArgumentException("file " + file.uri() + " is read whole, found the slice [" + slice.from()
                    + ", " + slice.to() + ") of " + file.bytes() + " bytes");
        }
        if (format.format() == SourceFormat.PARQUET) {
            return ParquetDocuments.open(storage, slice, config);
        }
        if (format.format() == SourceFormat.TEXT && config.documents() == TextDocuments.FILE) {
            return WholeFile.open(storage, file, format.compression());
        }
        boolean separated = format.format() == SourceFormat.TEXT && config.documents() == TextDocuments.SEPARATOR;
        int before = separated ? SeparatedDocuments.bytesBefore(config.separator()) : 1;
        Section section = Section.open(storage, slice, format.compression(), before);
        try {
            return switch (format.format()) {
                case JSONL -> JsonLines.of(section, config);
                case FASTA -> FastaDocuments.of(storage, section, config);
                default -> separated ? SeparatedDocuments.of(section, config.separator()) : LineDocuments.of(section);
            };
        } catch (IOException | IllegalArgumentException e) {
            section.close();
            throw e;
        }
    }

    /**
     * The next document; what was not read of the one before is skipped.
     *
     * @return empty at the end of the slice
     * @throws BadDocumentException if this record is unusable; the next call goes on with the next record
     * @throws BadFileException if the rest of the file cannot be read
     */
    Optional<Document> next() throws IOException;
}
