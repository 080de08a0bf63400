package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.input.FileFormat;
import java.io.Serializable;

/**
 * A part of a file: the records whose first byte is in it. However a file is sliced, every record is in exactly one
 * slice. A file that cannot be split, as {@link FileFormat#splittable} says, has one slice.
 *
 * @param file the file
 * @param from first byte, 0 or more
 * @param to end of the range, exclusive, {@code from} to the file's length
 */
public record Slice(InputFile file, long from, long to) implements Serializable {
    public Slice {
        if (from < 0 || to < from || to > file.bytes()) {
            throw new IllegalArgumentException("slice [" + from + ", " + to + ") is not in " + file.uri() + " of "
                    + file.bytes() + " bytes; list the input again");
        }
    }

    /** Whether it is the whole file. */
    public boolean isWhole() {
        return from == 0 && to == file.bytes();
    }
}
