package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.input.FileFormat;
import java.io.Serializable;

/**
 * A part of a file: the records whose first byte is in [from, to). Every record is in exactly one slice, however the
 * file is sliced. A file that {@link FileFormat#splittable} excludes has one slice.
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
