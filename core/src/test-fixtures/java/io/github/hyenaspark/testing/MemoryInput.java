package io.github.hyenaspark.testing;

import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.ObjIntConsumer;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;

/** A file of a {@link MemoryFileSystem} that is being read; each read is counted. */
final class MemoryInput extends InputStream implements Seekable, PositionedReadable {
    private final Path path;
    private final byte[] content;
    private final StoreFaults faults;
    private final ObjIntConsumer<Path> counter;
    private int position;

    MemoryInput(Path path, byte[] content, StoreFaults faults, ObjIntConsumer<Path> counter) {
        this.path = path;
        this.content = content;
        this.faults = faults;
        this.counter = counter;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
        int got = read(position, to, at, length);
        position += Math.max(got, 0);
        return got;
    }

    @Override
    public int read(long from, byte[] to, int at, int length) throws IOException {
        return faults.run(Operation.READ, path, () -> {
            int got = (int) Math.min(length, content.length - from);
            if (got <= 0) {
                return length == 0 ? 0 : -1;
            }
            System.arraycopy(content, Math.toIntExact(from), to, at, got);
            counter.accept(path, got);
            return got;
        });
    }

    @Override
    public void readFully(long from, byte[] to, int at, int length) throws IOException {
        if (length > content.length - from) {
            throw new EOFException(path + " ends after " + content.length + " bytes");
        }
        int got = read(from, to, at, length);
        if (got != length) {
            throw new EOFException("read " + got + " of " + length + " bytes of " + path);
        }
    }

    @Override
    public void readFully(long from, byte[] to) throws IOException {
        readFully(from, to, 0, to.length);
    }

    @Override
    public int available() {
        return content.length - position;
    }

    @Override
    public void seek(long to) throws IOException {
        if (to < 0 || to > content.length) {
            throw new EOFException("byte " + to + " is not within the " + content.length + " of " + path);
        }
        position = Math.toIntExact(to);
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public boolean seekToNewSource(long target) {
        return false;
    }
}
