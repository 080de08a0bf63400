package io.github.hyenaspark.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Bytes on the local disk until their shard is known: an MDS header names the place of every document, so it cannot be
 * written before the last of them has been read, and they need not fit in memory.
 */
final class TokenSpool implements Closeable {
    private final FileChannel channel;
    private long bytes;

    private TokenSpool(FileChannel channel) {
        this.channel = channel;
    }

    static TokenSpool open() throws IOException {
        Path file = Files.createTempFile("hyena-tokens-", ".spool");
        return new TokenSpool(FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
    }

    long bytes() {
        return bytes;
    }

    void append(byte[] block, int count) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(block, 0, count);
        while (in.hasRemaining()) {
            bytes += channel.write(in, bytes);
        }
    }

    /** Forgets all bytes from this offset. */
    void cut(long offset) throws IOException {
        channel.truncate(offset);
        bytes = offset;
    }

    void copy(long offset, long count, OutputStream to) throws IOException {
        WritableByteChannel out = Channels.newChannel(to);
        long copied = 0;
        while (copied < count) {
            long now = channel.transferTo(offset + copied, count - copied, out);
            if (now <= 0) {
                throw new IOException("the temporary file ends after " + copied + " of " + count + " bytes at offset "
                        + offset + "; is the disk of java.io.tmpdir full?");
            }
            copied += now;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
