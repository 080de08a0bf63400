package io.github.hyenaspark.data.document.stream;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.io.BulkInputStream;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** A slice while it is read: its records begin in [from, to) of the file's content. */
public record SliceReader(String path, ByteSlice blocks, long from, long to) implements Closeable {
    /**
     * Opens a slice and the {@code before} bytes that tell whether a record begins at its first byte. No more than
     * {@code most} stored bytes of it are read if it has more: then comes a {@link CutException}.
     */
    public static SliceReader open(
            Storage storage, Slice slice, InputFile.Compression compression, int before, long most) throws IOException {
        InputFile file = slice.file();
        long end = most < slice.to() - slice.from() ? slice.from() + most : Long.MAX_VALUE;
        if (compression == InputFile.Compression.NONE) {
            long start = Math.max(0, slice.from() - before);
            ByteSlice blocks = new ByteSlice(ListedStream.open(storage, file, start, end), start);
            return new SliceReader(file.path(), blocks, slice.from(), slice.to());
        }
        ListedStream stored = ListedStream.open(storage, file, 0, end);
        try {
            ByteSlice blocks = new ByteSlice(ArchiveStream.of(compression, file, stored), 0);
            return new SliceReader(file.path(), blocks, 0, Long.MAX_VALUE);
        } catch (IOException e) {
            stored.close();
            throw e;
        }
    }

    /** Moves to the first line that begins in the slice; the content begins one byte before it, or at 0. */
    public void skipToLine() throws IOException {
        if (from > 0) {
            blocks.skipLine(to);
        }
    }

    /** Whether no record begins here or later. */
    public boolean atEnd() throws IOException {
        return blocks.position() >= to || !blocks.more();
    }

    @Override
    public void close() throws IOException {
        blocks.close();
    }

    /**
     * A listed file's bytes from an offset to its end, or to a {@link CutException}. Reading fails if its length
     * differs from the listed one.
     */
    private static final class ListedStream extends BulkInputStream {
        private final InputFile file;
        private final long end;
        private long offset;

        ListedStream(InputFile file, InputStream in, long from, long end) {
            super(in);
            this.file = file;
            this.offset = from;
            this.end = end;
        }

        /** Opens the bytes from an offset on; those from {@code end} on, if it is in the file, are not read. */
        static ListedStream open(Storage storage, InputFile file, long from, long end) throws IOException {
            try {
                return new ListedStream(file, storage.open(file.uri(), from), from, end);
            } catch (CorruptFileException e) {
                throw new IOException( // not caused by a damaged file, which would be another mistake
                        "file " + file.uri() + " has changed since it was listed; run prepare again: "
                                + e.getMessage());
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
                throw new IOException(
                        "file " + file.uri() + " has changed since it was listed: listed with " + file.bytes()
                                + " bytes, found " + (got < 0 ? "" : "at least ") + offset + "; run prepare again");
            }
            return got;
        }
    }

    /** The rest of a file is not read, because only its beginning was asked for. */
    public static final class CutException extends IOException {
        private static final long serialVersionUID = 1L;

        CutException(String uri, long end) {
            super(uri + " is read to its byte " + end + " only");
        }
    }
}
