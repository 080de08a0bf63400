package io.github.hyenaspark.data.document.stream;

import io.github.hyenaspark.data.document.CutException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.io.BulkInputStream;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InputStream;

/**
 * A listed file's bytes from an offset to its end, or to a {@link CutException}. Reading fails if its length differs
 * from the listed one.
 */
public final class ListedStream extends BulkInputStream {
    private final InputFile file;
    private final long end;
    private long offset;

    private ListedStream(InputFile file, InputStream in, long from, long end) {
        super(in);
        this.file = file;
        this.offset = from;
        this.end = end;
    }

    /** Opens the bytes from an offset on; those from {@code end} on, if it is in the file, are not read. */
    public static ListedStream open(Storage storage, InputFile file, long from, long end) throws IOException {
        try {
            return new ListedStream(file, storage.open(file.uri(), from), from, end);
        } catch (CorruptFileException e) {
            throw new IOException("file " + file.uri() + " has changed since it was listed; run prepare again", e);
        }
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        if (offset >= end) {
            throw new CutException(file.uri(), end);
        }
        int got = in.read(to, at, (int) Math.min(count, end - offset));
        offset += Math.max(0, got);
        boolean tooShort = got < 0 && offset < file.bytes();
        if (tooShort || offset > file.bytes()) {
            throw new IOException("file " + file.uri() + " has changed since it was listed: listed with " + file.bytes()
                    + " bytes, found " + (got < 0 ? "" : "at least ") + offset + "; run prepare again");
        }
        return got;
    }
}
