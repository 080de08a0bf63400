package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.StoredFile;
import java.io.Serializable;

/**
 * One file of the input: where it is, not what it says. Its identity is its place below the input, so a corpus may be
 * moved as a whole.
 *
 * @param path relative to the input, with slashes
 * @param uri where it is read
 * @param bytes length when it was listed
 * @param modifiedMillis time of its last change by the store's clock when it was listed, milliseconds since 1970
 */
public record InputFile(String path, String uri, long bytes, long modifiedMillis) implements Serializable {
    /** A listed file. */
    public static InputFile of(String path, StoredFile file) {
        return new InputFile(path, file.uri(), file.bytes(), file.modifiedMillis());
    }

    /** The last part of its path. */
    public String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** All of it. */
    public Slice whole() {
        return new Slice(this, 0, bytes);
    }
}
