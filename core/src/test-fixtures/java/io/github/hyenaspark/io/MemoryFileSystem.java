package io.github.hyenaspark.io;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system in memory with the strict rules of a real store. Under the scheme {@code mem} it is like HDFS: an open
 * file can be seen and a rename refuses a taken name; under {@code s3a} a file appears when it is closed, and closing
 * is where a taken name is refused, even if it was free when the file was opened.
 */
public final class MemoryFileSystem extends FileSystem {
    private final ConcurrentSkipListMap<Path, byte[]> files = new ConcurrentSkipListMap<>();
    private URI uri = URI.create("mem://memory");

    /** Makes the next close of a file store it and then fail, as when the answer of a store is lost. */
    public volatile boolean losesNextAnswer;

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        uri = URI.create(name.getScheme() + "://" + name.getAuthority());
    }

    @Override
    public URI getUri() {
        return uri;
    }

    @Override
    public String getScheme() {
        return uri.getScheme();
    }

    private boolean isObjectStore() {
        return getScheme().equals("s3a");
    }

    public List<String> names() {
        return files.keySet().stream().map(Path::getName).toList();
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        if (!overwrite && files.containsKey(path)) {
            throw new FileAlreadyExistsException(path + " exists");
        }
        if (!isObjectStore()) {
            files.put(path, new byte[0]);
        }
        var content = new ByteArrayOutputStream() {
            @Override
            public void close() throws IOException {
                publish(path, toByteArray(), overwrite);
            }
        };
        return new FSDataOutputStream(content, null);
    }

    private void publish(Path path, byte[] content, boolean overwrite) throws IOException {
        if (!isObjectStore() || overwrite) {
            files.put(path, content);
        } else if (files.putIfAbsent(path, content) != null) {
            throw new IOException("412 precondition failed");
        }
        if (losesNextAnswer) {
            losesNextAnswer = false;
            throw new IOException("the answer was lost");
        }
    }

    @Override
    public boolean rename(Path from, Path to) {
        byte[] content = Objects.requireNonNull(files.get(from));
        if (files.putIfAbsent(to, content) != null) {
            return false;
        }
        files.remove(from);
        return true;
    }

    @Override
    public boolean delete(Path path, boolean recursive) {
        return files.keySet()
                .removeIf(file -> file.equals(path) || file.toString().startsWith(path + "/"));
    }

    @Override
    public FileStatus[] listStatus(Path directory) throws IOException {
        List<FileStatus> found = new ArrayList<>();
        for (Path file : files.keySet()) {
            if (directory.equals(file.getParent())) {
                found.add(getFileStatus(file));
            }
        }
        return found.toArray(new FileStatus[0]);
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        byte[] content = files.get(path);
        if (content == null) {
            throw new FileNotFoundException(path + " is not there");
        }
        return new FileStatus(content.length, false, 1, 1, 0, path);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) {
        return new FSDataInputStream(new Bytes(Objects.requireNonNull(files.get(path))));
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) {
        return true;
    }

    @Override
    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException("nothing here appends");
    }

    @Override
    public void setWorkingDirectory(Path directory) {
        throw new UnsupportedOperationException("nothing here has a working directory");
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(uri + "/");
    }

    private static final class Bytes extends ByteArrayInputStream implements Seekable, PositionedReadable {
        Bytes(byte[] content) {
            super(content);
        }

        @Override
        public void seek(long position) {
            pos = Math.toIntExact(position);
        }

        @Override
        public long getPos() {
            return pos;
        }

        @Override
        public boolean seekToNewSource(long target) {
            return false;
        }

        @Override
        public int read(long position, byte[] to, int at, int length) {
            int got = Math.min(length, count - Math.toIntExact(position));
            System.arraycopy(buf, Math.toIntExact(position), to, at, got);
            return got;
        }

        @Override
        public void readFully(long position, byte[] to, int at, int length) {
            System.arraycopy(buf, Math.toIntExact(position), to, at, length);
        }

        @Override
        public void readFully(long position, byte[] to) {
            readFully(position, to, 0, to.length);
        }
    }
}
