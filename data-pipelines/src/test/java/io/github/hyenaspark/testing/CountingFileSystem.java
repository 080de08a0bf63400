package io.github.hyenaspark.testing;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.Path;

/** The local disk under the scheme {@code counted}; counts what is read of it by all instances. */
public final class CountingFileSystem extends NamedFileSystem {
    public static final AtomicLong OPENED = new AtomicLong();
    public static final AtomicLong RANGES = new AtomicLong();
    public static final AtomicLong STREAMED_BYTES = new AtomicLong();

    /** Storage that serves {@code counted:} too. */
    public static Storage storage() throws IOException {
        return Storage.of(Map.of("fs.counted.impl", CountingFileSystem.class.getName()));
    }

    @Override
    public String getScheme() {
        return "counted";
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        OPENED.incrementAndGet();
        return new FSDataInputStream(new Counted(super.open(path, bufferSize)));
    }

    private static final class Counted extends FSInputStream {
        private final FSDataInputStream in;

        Counted(FSDataInputStream in) {
            this.in = in;
        }

        @Override
        public int read(long position, byte[] to, int at, int count) throws IOException {
            RANGES.incrementAndGet();
            return in.read(position, to, at, count);
        }

        @Override
        public void readFully(long position, byte[] to, int at, int count) throws IOException {
            RANGES.incrementAndGet();
            in.readFully(position, to, at, count);
        }

        @Override
        public int read() throws IOException {
            STREAMED_BYTES.incrementAndGet();
            return in.read();
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            int got = in.read(to, at, count);
            STREAMED_BYTES.addAndGet(Math.max(0, got));
            return got;
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public boolean seekToNewSource(long target) throws IOException {
            return in.seekToNewSource(target);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
