package io.github.hyenaspark.data.document.stream;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.io.BulkInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
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

    /**
     * The content of consecutive gzip members (RFC 1952). Unlike the platform's GZIPInputStream it ends only where a
     * member ends: whatever follows a member must be a whole member.
     */
    private static final class GzipStream extends BulkInputStream {
        private static final int BLOCK = 1 << 16;
        private static final int MAGIC_1 = 0x1F;
        private static final int MAGIC_2 = 0x8B;
        private static final int DEFLATE = 8;
        private static final int HEADER_CRC = 2;
        private static final int EXTRA = 4;
        private static final int NAME = 8;
        private static final int COMMENT = 16;
        private static final int RESERVED = 0xE0;

        private final Inflater inflater = new Inflater(true);
        private final CRC32 crc = new CRC32();
        private final byte[] block = new byte[BLOCK];
        private int at;
        private int end;
        private boolean inMember;
        private boolean begun;

        GzipStream(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] to, int start, int count) throws IOException {
            while (count > 0) {
                if (!inMember && !header()) {
                    return -1;
                }
                int got = inflate(to, start, count);
                if (got > 0) {
                    crc.update(to, start, got);
                    return got;
                }
                if (inflater.finished()) {
                    at = end - inflater.getRemaining();
                    trailer();
                    inMember = false;
                } else if (inflater.needsDictionary()) {
                    throw new ZipException("the gzip archive is damaged: it asks for a dictionary");
                } else {
                    fill("its compressed data");
                    inflater.setInput(block, at, end - at);
                }
            }
            return 0;
        }

        private int inflate(byte[] to, int start, int count) throws ZipException {
            try {
                return inflater.inflate(to, start, count);
            } catch (DataFormatException e) {
                throw damaged(String.valueOf(e.getMessage()));
            }
        }

        /** Reads a member's header; false if the archive ends before it. */
        private boolean header() throws IOException {
            if (at == end && !more()) {
                if (!begun) {
                    throw new ZipException("the gzip archive is empty: it has 0 bytes");
                }
                return false;
            }
            if (next("a header") != MAGIC_1 || next("a header") != MAGIC_2) {
                throw new ZipException(
                        begun ? "the bytes after a gzip member are not a gzip member" : "it is not a gzip archive");
            }
            int method = next("a header");
            int flags = next("a header");
            if (method != DEFLATE || (flags & RESERVED) != 0) {
                throw damaged("unknown method " + method + " or flags " + flags);
            }
            skip(6); // time, level, system
            if ((flags & EXTRA) != 0) {
                skip(next("a header") | (next("a header") << 8));
            }
            if ((flags & NAME) != 0) {
                skipText();
            }
            if ((flags & COMMENT) != 0) {
                skipText();
            }
            if ((flags & HEADER_CRC) != 0) {
                skip(2);
            }
            begun = true;
            inMember = true;
            crc.reset();
            inflater.reset();
            inflater.setInput(block, at, end - at);
            return true;
        }

        private void trailer() throws IOException {
            long expectedCrc = number();
            long expectedLength = number();
            if (expectedCrc != crc.getValue()) {
                throw damaged("its CRC-32 is " + Long.toHexString(crc.getValue()) + ", expected "
                        + Long.toHexString(expectedCrc));
            }
            long length = inflater.getBytesWritten() & 0xFFFFFFFFL;
            if (expectedLength != length) {
                throw damaged("its length is " + length + ", expected " + expectedLength + ", modulo 2^32");
            }
        }

        private long number() throws IOException {
            long number = 0;
            for (int i = 0; i < Integer.BYTES; i++) {
                number |= (long) next("a trailer") << (8 * i);
            }
            return number;
        }

        private void skip(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                next("a header");
            }
        }

        private void skipText() throws IOException {
            int next;
            do {
                next = next("a header");
            } while (next != 0);
        }

        private int next(String part) throws IOException {
            if (at == end) {
                fill(part);
            }
            return block[at++] & 0xFF;
        }

        private void fill(String part) throws IOException {
            if (!more()) {
                throw new ZipException("the gzip archive is cut off in " + part);
            }
        }

        private boolean more() throws IOException {
            at = 0;
            end = Math.max(0, in.read(block));
            return end > 0;
        }

        private static ZipException damaged(String reason) {
            return new ZipException("the gzip archive is damaged: " + reason);
        }

        @Override
        public void close() throws IOException {
            inflater.end();
            in.close();
        }
    }
}
