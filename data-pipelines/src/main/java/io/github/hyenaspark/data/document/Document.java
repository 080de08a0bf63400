package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One text of a {@link DocumentReader}, usable until the reader is asked for the next. Properties that are only known
 * at the end of the text throw an {@link IllegalStateException} before.
 */
public interface Document {
    /** The path of its file, relative to the input. */
    String path();

    /**
     * Its place in the file, different for every document: the byte offset of its record in the decompressed file; in
     * Parquet the row's number; for a piece of a FASTA record the record's offset plus the piece's first base.
     */
    long position();

    /**
     * Its text: UTF-8, or the letters of a FASTA record. Always the same stream; it need not be closed. Reads of blocks
     * are fast, and nothing is held whole. It may throw {@link BadDocumentException} and {@link BadFileException}, even
     * at its end.
     */
    InputStream text();

    /** Reads what is left of the text, so that what stands behind it is known. */
    default void readRest() throws IOException {
        if (text().read() >= 0) {
            text().transferTo(OutputStream.nullOutputStream());
        }
    }

    /** The value of the settings' {@code id-field}, after the text. */
    default Optional<String> givenId() {
        return Optional.empty();
    }

    /** The same of the record that this is a piece of, after the text. */
    default Optional<String> recordId() {
        return givenId();
    }

    /** The settings' columns that the record has, after the text. */
    default SortedMap<String, String> columns() {
        return Collections.unmodifiableSortedMap(new TreeMap<>());
    }

    /** {@code train}, {@code validation} or {@code test} if the input says which; else empty. */
    default Optional<String> split() {
        return Optional.empty();
    }
}
