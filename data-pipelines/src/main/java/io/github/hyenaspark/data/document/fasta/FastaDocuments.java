package io.github.hyenaspark.data.document.fasta;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentTextStream;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.stream.SliceReader;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Documents from FASTA: records, or pieces of them. A fault refuses the rest of its record. */
public final class FastaDocuments implements DocumentReader {
    private final SliceReader slice;
    private final SourceConfig config;
    private final @Nullable BedFile bed;
    private final FastaRecord record;
    private final FastaPieces pieces;
    private boolean begun;
    private boolean inRecord; // whether the record may have more pieces
    private FastaRecord.Header header = new FastaRecord.Header("", "");
    private @Nullable FastaText current;

    private FastaDocuments(SliceReader slice, SourceConfig config, @Nullable BedFile bed) {
        this.slice = slice;
        this.config = config;
        this.bed = bed;
        this.record = new FastaRecord(slice.blocks());
        this.pieces = new FastaPieces(record, config.fasta());
    }

    public static FastaDocuments of(Storage storage, SliceReader slice, SourceConfig config) throws IOException {
        String bedUri = config.fasta().bed();
        BedFile bed = bedUri.isEmpty() ? null : BedFile.load(storage, bedUri);
        slice.skipToLine();
        return new FastaDocuments(slice, config, bed);
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (current != null) {
            FastaText last = current;
            current = null;
            last.skipRest();
        }
        while (inRecord || nextRecord()) {
            inRecord = false; // unless nothing is wrong with it
            if (pieces.next()) {
                inRecord = true;
                current = new FastaText();
                return Optional.of(new Piece(current));
            }
        }
        return Optional.empty();
    }

    private boolean nextRecord() throws IOException {
        boolean first = !begun && slice.from() == 0 && !slice.atEnd();
        begun = true;
        if (first) {
            record.checkFileBegins();
        }
        if (!record.next(slice.to())) {
            return false;
        }
        header = record.header();
        pieces.begin(bed == null ? List.of(BedFile.Interval.WHOLE) : bed.intervals(header.id()));
        return true;
    }

    @Override
    public void close() throws IOException {
        slice.close();
    }

    private final class FastaText extends DocumentTextStream {
        @Override
        public int readText(byte[] to, int at, int count) throws IOException {
            inRecord = false;
            int got = pieces.read(to, at, count);
            inRecord = true;
            return got;
        }
    }

    private final class Piece extends DocumentTextStream.TextDocument {
        private final FastaRecord.Header ofRecord = header;
        private final BedFile.Interval interval = pieces.interval();
        private final long start = pieces.base();

        Piece(FastaText text) {
            super(slice.path(), record.offset() + pieces.base(), text);
        }

        /** The record's id; a part of a record adds its bases, as in {@code chr1:100-200}. */
        @Override
        public Optional<String> givenId() {
            String bases = pieces.isPart() ? ":" + start + "-" + pieces.base() : "";
            return recordId().map(id -> id + bases);
        }

        @Override
        public Optional<String> recordId() {
            text().checkEnded();
            return Optional.ofNullable(values().get(config.idField()));
        }

        @Override
        public SortedMap<String, String> columns() {
            text().checkEnded();
            SortedMap<String, String> columns = values();
            columns.keySet().retainAll(config.columns());
            return Collections.unmodifiableSortedMap(columns);
        }

        private SortedMap<String, String> values() {
            SortedMap<String, String> values = new TreeMap<>();
            values.put(FastaRecord.Header.ID, ofRecord.id());
            values.put(FastaRecord.Header.DESCRIPTION, ofRecord.description());
            return values;
        }

        @Override
        public Optional<String> split() {
            return interval.split().isEmpty() ? Optional.empty() : Optional.of(interval.split());
        }
    }
}
