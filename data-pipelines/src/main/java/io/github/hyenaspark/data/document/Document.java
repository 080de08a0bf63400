package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * One text: where it is, not what it says. Its identity is its place below the input, so a corpus may be moved as a
 * whole.
 *
 * @param id 128 bits of the SHA-256 of {@code path}, 32 hexadecimal digits
 * @param path relative to the input, with slashes
 * @param uri where it is read
 * @param bytes length when it was listed
 * @param modifiedMillis time of its last change by the store's clock when it was listed, milliseconds since 1970
 */
public record Document(String id, String path, String uri, long bytes, long modifiedMillis) implements Serializable {
    private static final int ID_DIGITS = 32;

    /** A listed file as a document. */
    static Document of(String path, StoredFile file) {
        String id = Hashes.sha256(path.getBytes(StandardCharsets.UTF_8)).substring(0, ID_DIGITS);
        return new Document(id, path, file.uri(), file.bytes(), file.modifiedMillis());
    }

    /** The last part of its path. */
    public String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /**
     * The bytes of its text; the caller closes the stream.
     *
     * @throws IOException if it is gone or cannot be read
     */
    public InputStream open(Storage storage) throws IOException {
        return storage.open(uri);
    }
}
