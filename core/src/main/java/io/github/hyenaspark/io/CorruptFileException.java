package io.github.hyenaspark.io;

import java.io.FileNotFoundException;
import java.io.IOException;

/** A file with wrong content, or that names one which is not there; reading it again gives the same. */
public final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 1_000;

    /** With the usual hint: the file is damaged or of another format. */
    public CorruptFileException(String file, String expected, String found) {
        this(file, expected, found, "the file is damaged or of another format; restore it or make it again");
    }

    /** The message is "FILE: expected EXPECTED, found FOUND; HINT"; the hint says what to do now. */
    public CorruptFileException(String file, String expected, String found, String hint) {
        super(file + ": expected " + shortened(expected) + ", found " + shortened(found) + "; " + hint);
    }

    /** Reads a file. */
    @FunctionalInterface
    public interface Reading<T> {
        T read() throws IOException;
    }

    /** What is read of a file that another file names; CorruptFileException of that other one if it is missing. */
    public static <T> T unlessMissing(String file, String expected, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (FileNotFoundException e) {
            String found = "none: " + e.getMessage();
            var missing = new CorruptFileException(file, expected, found, "restore it or make it again");
            missing.initCause(e);
            throw missing;
        }
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }
}
