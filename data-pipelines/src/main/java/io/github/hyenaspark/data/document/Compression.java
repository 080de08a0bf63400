package io.github.hyenaspark.data.document;

import java.util.Locale;

/** Whether a file is an archive of one stream, by its name. */
public enum Compression {
    /** It is not. */
    NONE(""),
    /** One or more gzip members, RFC 1952. */
    GZIP(".gz"),
    /** One or more Zstandard frames, RFC 8878. */
    ZSTD(".zst");

    private final String ending;

    Compression(String ending) {
        this.ending = ending;
    }

    /** What a file's name says. */
    public static Compression of(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return name.endsWith(GZIP.ending) ? GZIP : name.endsWith(ZSTD.ending) ? ZSTD : NONE;
    }

    /** A name of this compression without its ending. */
    public String plainName(String path) {
        return path.substring(0, path.length() - ending.length());
    }
}
