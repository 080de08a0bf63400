package io.github.hyenaspark.data.testing;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import io.github.hyenaspark.data.document.stream.SliceReader;
import io.github.hyenaspark.io.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/** Files made for a test, and all that is read from them, as lines that can be compared. */
public final class Readings {
    private final Path directory;
    private final Storage storage;

    public Readings(Path directory) throws IOException {
        this.directory = directory;
        this.storage = Storage.local();
    }

    /** Writes a file. */
    public InputFile file(String name, byte[] content) throws IOException {
        Path path = directory.resolve(name);
        Files.write(path, content);
        return new InputFile(name, "file:" + path, content.length, 0, "");
    }

    public InputFile file(String name, String content) throws IOException {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    public DocumentReader open(Slice slice, SourceConfig config) throws IOException {
        return DocumentReaders.open(storage, slice, config);
    }

    /** What a slice has. */
    public List<String> read(Slice slice, SourceConfig config) throws IOException {
        try (DocumentReader reader = open(slice, config)) {
            return readAll(reader, 1 << 12);
        }
    }

    /** What a file has. */
    public List<String> read(String name, String content, SourceConfig config) throws IOException {
        return read(file(name, content).whole(), config);
    }

    /** {@code position:text}, {@code bad@offset:reason} or {@code file:reason} for every record. */
    public static List<String> readAll(DocumentReader reader, int block) throws IOException {
        List<String> found = new ArrayList<>();
        while (true) {
            try {
                Optional<Document> document = reader.next();
                if (document.isEmpty()) {
                    return found;
                }
                found.add(describe(document.get(), block));
            } catch (BadDocumentException e) {
                found.add("bad@" + e.offset() + ":" + e.reason() + ":"
                        + new String(e.beginning(), StandardCharsets.UTF_8));
            } catch (BadFileException e) {
                found.add("file:" + e.reason());
                return found;
            }
        }
    }

    public static String describe(Document document, int block) throws IOException {
        String text = text(document.text(), block);
        StringBuilder line = new StringBuilder(document.position() + ":" + text);
        document.givenId().ifPresent(id -> line.append("|id=").append(id));
        document.columns().forEach((name, value) -> line.append(String.format(Locale.ROOT, "|%s=%s", name, value)));
        document.split().ifPresent(split -> line.append("|split=").append(split));
        return line.toString();
    }

    static String text(InputStream text, int block) throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[block];
        for (int got = text.read(buffer); got >= 0; got = text.read(buffer)) {
            bytes.write(buffer, 0, got);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A section of all of a content that comes in reads of a few bytes, so that everything is cut somewhere. */
    public static SliceReader trickle(byte[] content, long seed) {
        Random random = new Random(seed);
        InputStream in = new InputStream() {
            private int at;

            @Override
            public int read() {
                return at < content.length ? content[at++] & 0xFF : -1;
            }

            @Override
            public int read(byte[] to, int start, int count) {
                if (at == content.length) {
                    return -1;
                }
                int got = Math.min(Math.min(count, content.length - at), 1 + random.nextInt(3));
                System.arraycopy(content, at, to, start, got);
                at += got;
                return got;
            }
        };
        return new SliceReader("trickle", new ByteSlice(in, 0), 0, content.length);
    }
}
