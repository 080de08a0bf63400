package io.github.hyenaspark.data.document.text;

import io.github.hyenaspark.data.bytes.ByteSearch;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentTextStream;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import io.github.hyenaspark.data.document.stream.SliceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Documents of a text file: all of it, its non-empty lines without their ends, or what lies between separator lines. A
 * line ends with {@code \n}, {@code \r\n} or the file. A document of several lines has the ends of its lines as they
 * are, but not that of its last line; it is of the slice in which its first line begins, and skipped if it is empty.
 */
public final class TextFileDocuments implements DocumentReader {
    private static final int NONE = -1;

    private final SliceReader slice;
    private final ByteSlice blocks;
    private final SourceConfig.TextDocuments kind;
    private final byte[] separator;
    private boolean begun;
    private int known; // what a search for the current text has found
    private @Nullable Text current;

    private TextFileDocuments(SliceReader slice, SourceConfig config) {
        this.slice = slice;
        this.blocks = slice.blocks();
        this.kind = config.documents();
        this.separator = config.separator().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a slice whose content begins {@link #bytesBefore} bytes before it, or at 0. */
    public static TextFileDocuments of(SliceReader slice, SourceConfig config) throws IOException {
        var documents = new TextFileDocuments(slice, config);
        if (documents.kind == SourceConfig.TextDocuments.LINE) {
            slice.skipToLine();
        } else if (documents.kind == SourceConfig.TextDocuments.SEPARATOR) {
            documents.skipToDocument();
        }
        return documents;
    }

    /** How many bytes before a slice must be read: a separator with {@code \r\n}, and the end of line before it. */
    public static int bytesBefore(SourceConfig config) {
        return config.documents() == SourceConfig.TextDocuments.SEPARATOR
                ? config.separator().getBytes(StandardCharsets.UTF_8).length + 3
                : 1;
    }

    /** Moves behind the first separator that ends in the slice or right before it. */
    private void skipToDocument() throws IOException {
        if (slice.from() == 0) {
            return;
        }
        if (blocks.position() > 0) {
            blocks.skipLine(slice.to());
        }
        while (!slice.atEnd()) {
            if (!passSeparator()) {
                blocks.skipLine(slice.to());
            } else if (blocks.position() >= slice.from()) {
                return;
            }
        }
    }

    @Override
    public Optional<Document> next() throws IOException {
        boolean first = !begun;
        begun = true;
        if (kind == SourceConfig.TextDocuments.FILE) {
            return first ? Optional.of(document(0, new Text())) : Optional.empty(); // even if it is empty
        }
        if (current != null) {
            current.skipRest();
        }
        while (!slice.atEnd()) {
            if (kind == SourceConfig.TextDocuments.SEPARATOR && passSeparator()) {
                continue;
            }
            long position = blocks.position();
            current = new Text();
            if (current.find()) {
                return Optional.of(document(position, current));
            }
        }
        current = null;
        return Optional.empty();
    }

    private Document document(long position, Text text) {
        return new DocumentTextStream.TextDocument(slice.path(), position, text);
    }

    @Override
    public void close() throws IOException {
        slice.close();
    }

    /** Finds bytes {@code blocks.bytes[blocks.at..known)} of a text; if there are none, moves behind it. */
    private boolean find() throws IOException {
        return switch (kind) {
            case FILE -> {
                boolean found = blocks.more();
                known = blocks.end;
                yield found;
            }
            case LINE -> findLine();
            case SEPARATOR -> findLines();
        };
    }

    private boolean findLine() throws IOException {
        while (blocks.more()) {
            int end = ByteSearch.indexOf((byte) '\n', blocks.bytes, blocks.at, blocks.end);
            known = withoutReturn(end);
            if (known > blocks.at) {
                return true;
            }
            if (end < blocks.end) {
                blocks.at = end + 1;
                return false;
            }
            // A single \r at the end of the window: what follows it?
            if (!blocks.require(2)) {
                blocks.at = blocks.end;
            }
        }
        return false;
    }

    private boolean findLines() throws IOException {
        while (blocks.more()) {
            int behind = scan();
            if (known > blocks.at) {
                return true;
            }
            if (behind >= 0) {
                blocks.at = behind;
                return false;
            }
            blocks.require(blocks.end - blocks.at + 1);
        }
        return false;
    }

    /** Sets what is known; returns the place behind the text and its separator, {@link #NONE} if out of sight. */
    private int scan() {
        int line = blocks.at;
        while (true) {
            int end = ByteSearch.indexOf((byte) '\n', blocks.bytes, line, blocks.end);
            known = withoutReturn(end);
            int next = end + 1;
            if (next >= blocks.end && blocks.ended()) {
                return blocks.end;
            }
            if (blocks.end - next < separator.length + 2 && !blocks.ended()) {
                return NONE;
            }
            int behind = behindSeparator(next);
            if (behind >= 0) {
                return behind;
            }
            line = next;
        }
    }

    private int withoutReturn(int end) {
        return end > blocks.at && blocks.bytes[end - 1] == '\r' ? end - 1 : end;
    }

    private boolean passSeparator() throws IOException {
        blocks.require(separator.length + 2);
        int behind = behindSeparator(blocks.at);
        blocks.at = Math.max(blocks.at, behind);
        return behind >= 0;
    }

    /** Where the line after this one begins if this one, of which the window has enough, is a separator. */
    private int behindSeparator(int line) {
        byte[] bytes = blocks.bytes;
        int end = line + separator.length;
        if (end > blocks.end
                || (separator.length > 0 && bytes[line] != separator[0])
                || !Arrays.equals(bytes, line, end, separator, 0, separator.length)) {
            return NONE;
        }
        if (end < blocks.end && bytes[end] == '\r') {
            end++;
        }
        return end == blocks.end ? end : bytes[end] == '\n' ? end + 1 : NONE;
    }

    private final class Text extends DocumentTextStream {
        private int end;

        boolean find() throws IOException {
            boolean found = TextFileDocuments.this.find();
            end = known;
            return found;
        }

        @Override
        public int readText(byte[] to, int at, int count) throws IOException {
            if (end <= blocks.at && !find()) {
                return -1;
            }
            int copied = Math.min(count, end - blocks.at);
            System.arraycopy(blocks.bytes, blocks.at, to, at, copied);
            blocks.at += copied;
            return copied;
        }
    }
}
