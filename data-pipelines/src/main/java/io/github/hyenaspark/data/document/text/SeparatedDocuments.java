package io.github.hyenaspark.data.document.text;

import io.github.hyenaspark.data.bytes.ByteSearch;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentTextStream;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import io.github.hyenaspark.data.document.stream.SliceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Documents of several lines, each ended by a line that is the separator, or by the file. Lines end as in
 * {@link LineDocuments}; a document has the ends of its lines as they are, but not that of its last line. Empty
 * documents are skipped. A document is of the slice in which its first line begins.
 */
public final class SeparatedDocuments implements DocumentReader {
    private final SliceReader slice;
    private final ByteSlice blocks;
    private final byte[] separator;
    private @Nullable SeparatedText current;

    private SeparatedDocuments(SliceReader slice, byte[] separator) {
        this.slice = slice;
        this.blocks = slice.blocks();
        this.separator = separator;
    }

    /** How many bytes before a slice must be read: a separator with {@code \r\n}, and the end of line before it. */
    public static int bytesBefore(String separator) {
        return separator.getBytes(StandardCharsets.UTF_8).length + 3;
    }

    public static SeparatedDocuments of(SliceReader slice, String separator) throws IOException {
        var documents = new SeparatedDocuments(slice, separator.getBytes(StandardCharsets.UTF_8));
        documents.skipToDocument();
        slice.countFromHere();
        return documents;
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
            int after = behindSeparator();
            if (after < 0) {
                blocks.skipLine(slice.to());
            } else {
                blocks.at = after;
                if (blocks.position() >= slice.from()) {
                    return;
                }
            }
        }
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (current != null) {
            current.skipRest();
        }
        while (!slice.atEnd()) {
            int after = behindSeparator();
            if (after >= 0) {
                blocks.at = after;
                continue;
            }
            long position = blocks.position();
            current = new SeparatedText();
            if (current.find()) {
                return Optional.of(new DocumentTextStream.TextDocument(slice.path(), position, current));
            }
        }
        current = null;
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        slice.close();
    }

    /** Where the line after this one begins if this one is a separator, else -1. */
    private int behindSeparator() throws IOException {
        blocks.require(separator.length + 2);
        return behindSeparator(blocks.at);
    }

    /** The same for a line that begins anywhere in the window, which has enough of it. */
    private int behindSeparator(int line) {
        byte[] bytes = blocks.bytes;
        int end = line + separator.length;
        if (end > blocks.end
                || (separator.length > 0 && bytes[line] != separator[0])
                || !Arrays.equals(bytes, line, end, separator, 0, separator.length)) {
            return -1;
        }
        if (end < blocks.end && bytes[end] == '\r') {
            end++;
        }
        return end == blocks.end ? end : bytes[end] == '\n' ? end + 1 : -1;
    }

    private final class SeparatedText extends LineDocuments.WindowText {
        SeparatedText() {
            super(SeparatedDocuments.this.blocks);
        }

        @Override
        boolean find() throws IOException {
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

        /** Sets what is known; gives the place behind the document and its separator, or -1 if it is not in sight. */
        private int scan() {
            int line = blocks.at;
            while (true) {
                int end = ByteSearch.indexOf((byte) '\n', blocks.bytes, line, blocks.end);
                known = end > blocks.at && blocks.bytes[end - 1] == '\r' ? end - 1 : end;
                int next = end + 1;
                if (next >= blocks.end && blocks.ended()) {
                    return blocks.end;
                }
                if (blocks.end - next < separator.length + 2 && !blocks.ended()) {
                    return -1;
                }
                int behind = behindSeparator(next);
                if (behind >= 0) {
                    return behind;
                }
                line = next;
            }
        }
    }
}
