package io.github.hyenaspark.data.document.stream;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.github.hyenaspark.data.document.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.io.BulkInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/** A single-stream archive's content. A damaged or truncated archive is a {@link BadFileException}. */
public final class ArchiveStream extends BulkInputStream {
    /** Of {@code zstd --long=31}; what a frame needs of it, up to 2 GiB outside the heap, is taken while it is read. */
    private static final int LARGEST_WINDOW_LOG = 31;

    private final InputFile file;
    private long bytes;

    private ArchiveStream(InputFile file, InputStream in) {
        super(in);
        this.file = file;
    }

    public static ArchiveStream of(InputFile.Compression compression, InputFile file, InputStream archive)
            throws IOException {
        return new ArchiveStream(
                file,
                compression == InputFile.Compression.GZIP
                        ? new GzipStream(archive)
                        : new ZstdInputStreamNoFinalizer(new LastByteApart(archive, file.bytes()))
                                .setLongMax(LARGEST_WINDOW_LOG));
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        try {
            int got = in.read(to, at, count);
            bytes += Math.max(0, got);
            if (got < 0 && file.bytes() == 0) {
                throw new ZipException("the archive is empty: it has 0 bytes");
            }
            return got;
        } catch (ZipException e) {
            throw new BadFileException(file.uri(), bytes, String.valueOf(e.getMessage()));
        } catch (ZstdIOException e) {
            throw new BadFileException(
                    file.uri(), bytes, "the Zstandard archive is damaged or cut off: " + e.getMessage());
        }
    }

    /**
     * Delivers its last byte alone: the Zstandard library forgets that it is in a frame if the frame's beginning came
     * in one read with the end of the frame before.
     */
    private static final class LastByteApart extends FilterInputStream {
        private long left;

        LastByteApart(InputStream in, long bytes) {
            super(in);
            left = bytes;
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            int got = super.read(to, at, left > 1 ? (int) Math.min(count, left - 1) : count);
            left -= Math.max(0, got);
            return got;
        }
    }
}
