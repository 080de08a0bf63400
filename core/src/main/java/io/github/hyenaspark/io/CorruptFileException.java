package io.github.hyenaspark.io;

import java.io.IOException;

/** A file whose bytes are not what they must be. Nothing else is wrong: reading it again gives the same. */
public final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 1_000;

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
        super(file + ": expected " + shortened(expected) + ", found " + shortened(found) + "; " + hint);
    }

    /** Both may quote what is in a file, which may be long. */
    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }
}
