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
    private final SliceReader slice;
    private @Nullable LineText current;

    public LineDocuments(SliceReader slice) throws IOException {
        this.slice = slice;
        slice.skipToLine();
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (current != null) {
            current.skipRest();
        }
        while (!slice.atEnd()) {
            long position = slice.blocks().position();
            current = new LineText(slice.blocks());
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

    /** A text that is found part by part in the window of a {@link ByteSlice}. */
    abstract static class WindowText extends DocumentTextStream {
        final ByteSlice blocks;
        int known; // blocks.bytes[blocks.at..known) are of this document

        WindowText(ByteSlice blocks) {
            this.blocks = blocks;
        }

        /** Finds bytes of the document; if there are none, moves behind it. */
        abstract boolean find() throws IOException;

        @Override
        public final int readText(byte[] to, int at, int count) throws IOException {
            if (known <= blocks.at && !find()) {
                return -1;
            }
            int copied = Math.min(count, known - blocks.at);
            System.arraycopy(blocks.bytes, blocks.at, to, at, copied);
            blocks.at += copied;
            return copied;
        }

        @Override
        public final long consumed() {
            return blocks.takeConsumed();
        }
    }

    private static final class LineText extends WindowText {
        LineText(ByteSlice blocks) {
            super(blocks);
        }

        @Override
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
    }
}
