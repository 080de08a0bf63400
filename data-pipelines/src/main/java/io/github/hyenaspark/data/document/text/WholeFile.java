package io.github.hyenaspark.data.document.text;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentTextStream;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.stream.ArchiveStream;
import io.github.hyenaspark.data.document.stream.ListedStream;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A text file as one document, also if it is empty. */
public final class WholeFile implements DocumentReader {
    private final InputFile file;
    private final ListedStream stored;
    private final InputStream content;
    private boolean given;

    private WholeFile(InputFile file, ListedStream stored, InputStream content) {
        this.file = file;
        this.stored = stored;
        this.content = content;
    }

    public static WholeFile open(Storage storage, InputFile file, InputFile.Compression compression)
            throws IOException {
        ListedStream stored = ListedStream.open(storage, file, 0);
        try {
            InputStream content =
                    compression == InputFile.Compression.NONE ? stored : ArchiveStream.of(compression, file, stored);
            return new WholeFile(file, stored, content);
        } catch (IOException e) {
            stored.close();
            throw e;
        }
    }

    @Override
    public Optional<Document> next() {
        if (given) {
            return Optional.empty();
        }
        given = true;
        return Optional.of(new DocumentTextStream.TextDocument(file.path(), 0, new WholeText()));
    }

    @Override
    public void close() throws IOException {
        content.close();
    }

    private final class WholeText extends DocumentTextStream {
        @Override
        public int readText(byte[] to, int at, int count) throws IOException {
            return content.read(to, at, count);
        }

        @Override
        public long consumed() {
            return stored.offset();
        }
    }
}
