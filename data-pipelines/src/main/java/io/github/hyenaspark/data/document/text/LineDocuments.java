package io.github.hyenaspark.data.document.text;

import io.github.hyenaspark.data.bytes.ByteSearch;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentTextStream;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import io.github.hyenaspark.data.document.stream.SliceReader;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Non-empty lines as documents. A line ends with {@code \n}, {@code \r\n} or the file; its end is not part of it. */
public final class LineDocuments implements DocumentReader {
    private final SliceReader section;
    private @Nullable Text current;

    private LineDocuments(SliceReader section) {
        this.section = section;
    }

    public static LineDocuments of(SliceReader section) throws IOException {
        section.skipToLine();
        return new LineDocuments(section);
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (current != null) {
            current.skipRest();
        }
        while (!section.atEnd()) {
            long position = section.blocks().position();
            current = new Text(section.blocks());
            if (current.find()) {
                return Optional.of(current.document(section.path(), position));
            }
        }
        current = null;
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        section.close();
    }

    private static final class Text extends DocumentTextStream {
        private final ByteSlice blocks;
        private int known; // blocks.bytes[blocks.at..known) are of this line

        Text(ByteSlice blocks) {
            this.blocks = blocks;
        }

        @Override
        public int readText(byte[] to, int at, int count) throws IOException {
            if (known <= blocks.at && !find()) {
                return -1;
            }
            int copied = Math.min(count, known - blocks.at);
            System.arraycopy(blocks.bytes, blocks.at, to, at, copied);
            blocks.at += copied;
            return copied;
        }

        /** Finds bytes of the line; if there are none, moves to the next line. */
        boolean find() throws IOException {
            while (blocks.more()) {
                int end = ByteSearch.indexOf((byte) '\n', blocks.bytes, blocks.at, blocks.end);
                known = end > blocks.at && blocks.bytes[end - 1] == '\r' ? end - 1 : end;
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

        @Override
        public long consumed() {
            return blocks.takeConsumed();
        }
    }
}
