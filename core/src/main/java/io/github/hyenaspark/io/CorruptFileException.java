package io.github.hyenaspark.io;

import java.io.IOException;

/** A file whose bytes are not what they must be. Nothing else is wrong: reading it again gives the same. */
public final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * The file cannot be used as it is.
     *
     * @param file where, best as a URI
     * @param expected what must be there
     * @param found what is there
     */
    public CorruptFileException(String file, String expected, String found) {
        this(file, expected, found, "the file is damaged or of another format; restore it or make it again");
    }

    /**
     * The file cannot be used as it is.
     *
     * @param file where, best as a URI
     * @param expected what must be there
     * @param found what is there
     * @param hint what to do now
     */
    public CorruptFileException(String file, String expected, String found, String hint) {
        super(file + ": expected " + expected + ", found " + found + "; " + hint);
    }
}
