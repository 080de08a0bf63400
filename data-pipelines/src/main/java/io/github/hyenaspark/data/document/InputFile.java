package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.io.FileInfo;
import java.io.Serializable;
import java.util.Locale;

/**
 * One listed file of the input, changed at a time by the store's clock, milliseconds since 1970. Its identity is its
 * path below the input, with slashes, so a corpus may be moved as a whole.
 *
 * @param etag what the store says of the content, the same for the same bytes; empty if it says nothing
 */
public record InputFile(String path, String uri, long bytes, long modifiedMillis, String etag) implements Serializable {
    /** Begins an etag that listings do not tell, because the file itself was asked for its checksum. */
    public static final String CHECKSUM = "checksum ";

    public InputFile {
        if (!uri.endsWith(path)) {
            throw new IllegalArgumentException("expected a URI that ends with the path " + path + ", found " + uri);
        }
    }

    public static InputFile of(String path, FileInfo file) {
        return new InputFile(path, file.uri(), file.bytes(), file.modifiedMillis(), file.etag());
    }

    /** The same with what the store says of its content. */
    public InputFile with(String found) {
        return new InputFile(path, uri, bytes, modifiedMillis, found);
    }

    public Slice whole() {
        return new Slice(this, 0, bytes);
    }

    /** Whether a file is an archive of one stream, by its name. */
    public enum Compression {
        NONE(""),
        /** One or more gzip members, RFC 1952. */
        GZIP(".gz"),
        /** One or more Zstandard frames, RFC 8878. */
        ZSTD(".zst");

        private final String ending;

        Compression(String ending) {
            this.ending = ending;
        }

        public static Compression of(String path) {
            String name = path.toLowerCase(Locale.ROOT);
            return name.endsWith(GZIP.ending) ? GZIP : name.endsWith(ZSTD.ending) ? ZSTD : NONE;
        }

        /** A name of this compression without its ending. */
        public String plainName(String path) {
            return path.substring(0, path.length() - ending.length());
        }
    }

    /**
     * A part of a file: the records whose first byte is in [from, to). Every record is in exactly one slice, however
     * the file is sliced. A file that {@link FileFormat#splittable} excludes has one slice.
     */
    public record Slice(InputFile file, long from, long to) implements Serializable {
        public Slice {
            if (from < 0 || to < from || to > file.bytes()) {
                throw new IllegalArgumentException("slice [" + from + ", " + to + ") is not in " + file.uri() + " of "
                        + file.bytes() + " bytes; list the input again");
            }
        }

        public boolean isWhole() {
            return from == 0 && to == file.bytes();
        }
    }
}
