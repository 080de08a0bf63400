package io.github.hyenaspark.data.document.text;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentTextStream;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import io.github.hyenaspark.data.document.stream.SliceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Documents from JSON lines: every non-blank line is an object with the text in one of its fields. The text streams
 * while the line is checked, so a line may turn out to be malformed after its text was read.
 */
public final class JsonLines implements DocumentReader {
    private final SliceReader slice;
    private final ByteSlice blocks;
    private final SourceConfig config;
    private final JsonLine line;
    private @Nullable JsonText current;

    public JsonLines(SliceReader slice, SourceConfig config) throws IOException {
        this.slice = slice;
        slice.skipToLine();
        this.blocks = slice.blocks();
        this.config = config;
        List<String> names = new ArrayList<>(List.of(config.textField()));
        if (!config.idField().isEmpty()) {
            names.add(config.idField());
        }
        config.columns().stream().filter(column -> !names.contains(column)).forEach(names::add);
        this.line = new JsonLine(blocks, names);
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (current != null) {
            current.skipLine();
            current = null;
        }
        while (!slice.atEnd()) {
            long position = blocks.position();
            if (position == 0) {
                blocks.skipByteOrderMark();
            }
            blocks.beginRecord();
            if (!isBlank()) {
                current = new JsonText();
                return Optional.of(new LineDocument(position, current));
            }
        }
        return Optional.empty();
    }

    /** Skips the white space at the line's beginning, and the line's end if there is nothing else. */
    private boolean isBlank() throws IOException {
        while (blocks.more()) {
            byte next = blocks.bytes[blocks.at];
            if (next != ' ' && next != '\t' && next != '\r' && next != '\n') {
                return false;
            }
            blocks.at++;
            if (next == '\n') {
                return true;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        slice.close();
    }

    private final class JsonText extends DocumentTextStream {
        private @Nullable JsonString string;
        private boolean lineEnded;

        @Override
        public int readText(byte[] to, int at, int count) throws IOException {
            if (string == null) {
                string = line.begin();
            }
            int got = string.read(to, at, count);
            if (got < 0) {
                line.finish();
                lineEnded = true;
            }
            return got;
        }

        /** Moves to the next line without checking the rest of this one. */
        void skipLine() throws IOException {
            leave();
            if (!lineEnded) {
                blocks.skipLine();
            }
        }
    }

    private final class LineDocument extends DocumentTextStream.TextDocument {
        LineDocument(long position, JsonText text) {
            super(slice.path(), position, text);
        }

        @Override
        public Optional<String> givenId() {
            text().checkEnded();
            return config.idField().isEmpty() ? Optional.empty() : line.value(config.idField());
        }

        @Override
        public SortedMap<String, String> columns() {
            text().checkEnded();
            SortedMap<String, String> columns = new TreeMap<>();
            config.columns().forEach(name -> line.value(name).ifPresent(value -> columns.put(name, value)));
            return Collections.unmodifiableSortedMap(columns);
        }
    }
}
