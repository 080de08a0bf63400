package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.data.document.BadDocumentException;
import io.github.hyenaspark.data.document.Document;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One row, in memory.
 *
 * @param place where it is
 * @param bytes its text; empty if it is null
 * @param id its identifier, if it has one
 * @param columns the user's columns that are not null
 */
record ParquetRow(Place place, Optional<byte[]> bytes, Optional<String> id, SortedMap<String, String> columns) {
    /**
     * The row as a document.
     *
     * @throws BadDocumentException if it has no text
     */
    Document document() throws BadDocumentException {
        byte[] text = bytes.orElseThrow(
                () -> new BadDocumentException(place.position(), "the row has no text (null)", new byte[0]));
        return new RowDocument(this, new ByteArrayInputStream(text));
    }

    /**
     * Where a row is.
     *
     * @param path of its file
     * @param position its number in the file
     * @param sourceBytes its share of the row group's bytes
     */
    record Place(String path, long position, long sourceBytes) {}

    private record RowDocument(ParquetRow row, InputStream text) implements Document {
        @Override
        public String path() {
            return row.place().path();
        }

        @Override
        public long position() {
            return row.place().position();
        }

        @Override
        public Optional<String> givenId() {
            return row.id();
        }

        @Override
        public SortedMap<String, String> columns() {
            return Collections.unmodifiableSortedMap(row.columns());
        }

        @Override
        public long sourceBytes() {
            return row.place().sourceBytes();
        }
    }
}
