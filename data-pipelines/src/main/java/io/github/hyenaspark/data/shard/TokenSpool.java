package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stored tokens until their shard is known: an MDS header names the place of every document, so it cannot be written
 * before the last of them was read. Chunks beyond a limit go to a temporary file.
 */
final class TokenSpool implements Closeable {
    /** A multiple of every token's width. */
    static final int CHUNK_BYTES = 1 << 20;

    private final int chunksInMemory;
    private final List<byte[]> memory = new ArrayList<>();
    private @Nullable SpoolFile disk;
    private long diskChunks;
    /** The incomplete chunk after those in memory and on disk. */
    private byte[] tail = new byte[CHUNK_BYTES];

    private int tailBytes;
    /** The chunk of the file that was read last, and its number; -1 for none. */
    private byte[] loaded = new byte[0];

    private long loadedChunk = -1;

    /** Keeps about this many bytes in memory: whole chunks, at least one. */
    TokenSpool(long bytesInMemory) {
        this.chunksInMemory = Math.toIntExact(bytesInMemory / CHUNK_BYTES);
    }

    long bytes() {
        return (memory.size() + diskChunks) * CHUNK_BYTES + tailBytes;
    }

    void append(TokenType type, int[] ids, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int now = Math.min(count - done, (CHUNK_BYTES - tailBytes) / type.bytes());
            type.encode(ids, done, now, tail, tailBytes);
            done += now;
            tailBytes += now * type.bytes();
            if (tailBytes == CHUNK_BYTES) {
                keepTail();
            }
        }
    }

    private void keepTail() throws IOException {
        if (memory.size() < chunksInMemory) {
            memory.add(tail);
            tail = new byte[CHUNK_BYTES];
        } else {
            SpoolFile file = file();
            file.cut(diskChunks * CHUNK_BYTES);
            try (OutputStream out = file.output()) {
                out.write(tail);
            }
            diskChunks++;
        }
        tailBytes = 0;
    }

    private SpoolFile file() throws IOException {
        if (disk == null) {
            disk = SpoolFile.open();
        }
        return disk;
    }

    /** Truncates the spool to at most {@link #bytes}. */
    void cut(long offset) throws IOException {
        long chunk = offset / CHUNK_BYTES;
        if (chunk < memory.size() + diskChunks) {
            tail = chunk < memory.size()
                    ? memory.get((int) chunk)
                    : chunk(chunk).clone();
            memory.subList((int) Math.min(chunk, memory.size()), memory.size()).clear();
            diskChunks = Math.max(0, chunk - memory.size());
            loadedChunk = -1;
        }
        tailBytes = (int) (offset % CHUNK_BYTES);
    }

    /** Writes a range of bytes; ascending ranges read no chunk of the file twice. */
    void copy(long offset, long count, OutputStream to) throws IOException {
        long end = offset + count;
        long at = offset;
        while (at < end) {
            int from = (int) (at % CHUNK_BYTES);
            int now = (int) Math.min(CHUNK_BYTES - from, end - at);
            to.write(chunk(at / CHUNK_BYTES), from, now);
            at += now;
        }
    }

    private byte[] chunk(long number) throws IOException {
        if (number < memory.size()) {
            return memory.get((int) number);
        }
        if (number == memory.size() + diskChunks) {
            return tail;
        }
        if (number != loadedChunk) {
            load(number);
        }
        return loaded;
    }

    private void load(long number) throws IOException {
        long offset = (number - memory.size()) * CHUNK_BYTES;
        try (InputStream in = file().input(offset)) {
            loaded = in.readNBytes(CHUNK_BYTES);
        }
        if (loaded.length < CHUNK_BYTES) {
            throw new IOException(
                    "the temporary file ends after " + (offset + loaded.length) + " of " + (offset + CHUNK_BYTES)
                            + " bytes; is the disk of Spark's local directories or of java.io.tmpdir full?");
        }
        loadedChunk = number;
    }

    @Override
    public void close() throws IOException {
        memory.clear();
        if (disk != null) {
            disk.close();
        }
    }
}
