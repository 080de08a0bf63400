package io.github.hyenaspark.data.document.text;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentTextStream;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import io.github.hyenaspark.data.document.stream.SliceReader;
import java.io.IOException;
import java.util.Optional;

/** A text file as one document, even if it is empty. */
public final class WholeFile implements DocumentReader {
    private final SliceReader slice;
    private boolean given;

    public WholeFile(SliceReader slice) {
        this.slice = slice;
    }

    @Override
    public Optional<Document> next() {
        if (given) {
            return Optional.empty();
        }
        given = true;
        return Optional.of(new DocumentTextStream.TextDocument(slice.path(), 0, new WholeText(slice.blocks())));
    }

    @Override
    public void close() throws IOException {
        slice.close();
    }

    private static final class WholeText extends LineDocuments.WindowText {
        WholeText(ByteSlice blocks) {
            super(blocks);
        }

        @Override
        boolean find() throws IOException {
            boolean found = blocks.more();
            known = blocks.end;
            return found;
        }
    }
}
