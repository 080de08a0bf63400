package io.github.hyenaspark.data.document.stream;

import io.github.hyenaspark.data.document.CutException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.Slice;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;

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
}
