package io.github.hyenaspark.data.document;

import java.io.InputStream;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One text of a {@link DocumentReader}, usable until the reader is asked for the next. What is only known when the text
 * has been read to its end is refused before with an {@link IllegalStateException}.
 */
public interface Document {
    /** The path of its file, relative to the input. */
    String path();

    /**
     * Where it is in its file, different for every document of a file: byte offset of its record in the decompressed
     * file; the row's number in Parquet; for a piece of a FASTA record the offset of the record plus that of the
     * piece's first base among the record's bases.
     */
    long position();

    /**
     * Its text: UTF-8, or the letters of a FASTA record. Always the same stream; it need not be closed. Reads of blocks
     * are fast, and nothing is held whole. It may throw {@link BadDocumentException} and {@link BadFileException}, also
     * at its end.
     */
    InputStream text();

    /** The value of the settings' {@code id-field}, after the text. */
    default Optional<String> givenId() {
        return Optional.empty();
    }

    /** Those of the settings' columns that the record has, after the text. */
    default SortedMap<String, String> columns() {
        return Collections.unmodifiableSortedMap(new TreeMap<>());
    }

    /** {@code train}, {@code validation} or {@code test} if the input says which; else empty. */
    default Optional<String> split() {
        return Optional.empty();
    }

    /** Bytes of the file, as it is stored, that were read since the document before ended; after the text. */
    long sourceBytes();
}
