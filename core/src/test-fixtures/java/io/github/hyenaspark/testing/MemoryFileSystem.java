package io.github.hyenaspark.testing;

import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.hadoop.util.functional.RemoteIterators;

/**
 * A file system in memory with the strict rules of a real store, which counts what it is asked for and fails where it
 * is told to. Under the scheme {@code mem} it is like HDFS: an open file can be seen and a rename refuses a taken name.
 * Under {@code s3a} it is like S3: a file appears when it is closed, over the one that may be there, unless the writer
 * asked for a conditional creation, which closing refuses if the name is taken by then; an aborted file never appears;
 * nothing can be renamed. Under {@code gs} it is like that too, but whoever does not overwrite creates conditionally. A
 * directory is there as long as a file is in it.
 */
public class MemoryFileSystem extends FileSystem {
    /** A setting: whether a store of objects heeds conditions, as S3A does from Hadoop 3.4.2 on. */
    public static final String KNOWS_CONDITIONS = "fs.memory.knows-conditions";

    private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";

    private final ConcurrentSkipListMap<Path, MemoryFile> files = new ConcurrentSkipListMap<>();
    private final Map<Path, Long> bytesRead = new ConcurrentHashMap<>();
    private final StoreFaults faults = new StoreFaults();
    private boolean knowsConditions = true;
    private URI uri = URI.create("mem://memory");

    /**
     * What a file is.
     *
     * @param content never changed
     * @param modifiedMillis 0 unless {@link #setTimes} said otherwise, so that runs can be compared
     */
    private record MemoryFile(byte[] content, long modifiedMillis) {}

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        uri = URI.create(name.getScheme() + "://" + name.getAuthority());
        knowsConditions = conf.getBoolean(KNOWS_CONDITIONS, true);
    }

    /** Lets something go wrong; of several faults each counts for itself. */
    public void inject(StoreFault fault) {
        faults.inject(fault);
    }

    /** Forgets the faults that have not happened, and ends those that last. */
    public void heal() {
        faults.heal();
    }

    /** Faults that have not happened yet. */
    public int pendingFaults() {
        return faults.pending();
    }

    /** Operations of a kind since the last {@link #forgetCounts}, those that failed too. */
    public long operations(Operation operation) {
        return faults.seen(operation);
    }

    /** Bytes read of each file, by URI, since the last {@link #forgetCounts}; files that were not read are missing. */
    public Map<String, Long> bytesRead() {
        Map<String, Long> counts = new TreeMap<>();
        bytesRead.forEach((path, bytes) -> counts.put(path.toString(), bytes));
        return counts;
    }

    /** Whatever an operation was about since the last {@link #forgetCounts}, by URI. */
    public Set<String> asked() {
        return faults.asked();
    }

    /** Begins to count anew. */
    public void forgetCounts() {
        bytesRead.clear();
        faults.forgetSeen();
    }

    /** The last parts of all files' names. */
    public List<String> names() {
        return files.keySet().stream().map(Path::getName).toList();
    }

    /** All files and their bytes, by URI, without counting or failing; the arrays are not copied. */
    public Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new TreeMap<>();
        files.forEach((path, file) -> contents.put(path.toString(), file.content()));
        return contents;
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
        return getScheme().equals("s3a") || isGoogle();
    }

    private boolean isGoogle() {
        return getScheme().equals("gs");
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
        return faults.run(Operation.CREATE, path, () -> open(path, overwrite, false));
    }

    @Override
    public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
        return isObjectStore() ? new ConditionalBuilder(this, path) : super.createFile(path);
    }

    @Override
    public boolean hasPathCapability(Path path, String capability) throws IOException {
        return capability.equals(CONDITIONAL)
                ? isObjectStore() && knowsConditions && !isGoogle()
                : super.hasPathCapability(path, capability);
    }

    private static final class ConditionalBuilder
            extends FSDataOutputStreamBuilder<FSDataOutputStream, ConditionalBuilder> {
        private final MemoryFileSystem store;

        ConditionalBuilder(MemoryFileSystem store, Path path) {
            super(store, path);
            this.store = store;
        }

        @Override
        public ConditionalBuilder getThisBuilder() {
            return this;
        }

        @Override
        public FSDataOutputStream build() throws IOException {
            boolean overwrite = getFlags().contains(CreateFlag.OVERWRITE);
            boolean conditional = store.isGoogle()
                    ? !overwrite
                    : store.knowsConditions && getOptions().getBoolean(CONDITIONAL, false);
            return store.faults.run(Operation.CREATE, getPath(), () -> store.open(getPath(), overwrite, conditional));
        }
    }

    private FSDataOutputStream open(Path path, boolean overwrite, boolean conditional) throws IOException {
        if (!overwrite && files.containsKey(path)) {
            throw new FileAlreadyExistsException(path + " exists");
        }
        boolean seenWhileOpen = !isObjectStore();
        if (seenWhileOpen) {
            files.put(path, new MemoryFile(new byte[0], 0));
        }
        return new FSDataOutputStream(
                new MemoryOutput(path, faults, content -> publish(path, content, conditional), !seenWhileOpen), null);
    }

    private void publish(Path path, byte[] content, boolean conditional) throws IOException {
        var file = new MemoryFile(content, 0);
        if (!conditional) {
            files.put(path, file);
        } else if (files.putIfAbsent(path, file) != null) {
            throw new IOException("412 precondition failed");
        }
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        if (isObjectStore()) {
            throw new UnsupportedOperationException("S3 renames nothing; " + from + " stays what it is");
        }
        return faults.run(Operation.RENAME, from, () -> {
            MemoryFile file = files.get(from);
            if (file == null || files.putIfAbsent(to, file) != null) {
                return false;
            }
            files.remove(from);
            return true;
        });
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        return faults.run(Operation.DELETE, path, () -> files.keySet().removeIf(file -> isIn(file, path)));
    }

    /** Of two paths of this file system. Their parts are kept by the URIs, so that this is quick for many files. */
    private static boolean isIn(Path file, Path path) {
        String start = path.toUri().getPath();
        String name = file.toUri().getPath();
        return name.startsWith(start)
                && (name.length() == start.length() || start.endsWith("/") || name.charAt(start.length()) == '/');
    }

    @Override
    public FileStatus[] listStatus(Path directory) throws IOException {
        return faults.run(Operation.LIST, directory, () -> {
            FileStatus itself = status(directory);
            if (itself.isFile()) {
                return new FileStatus[] {itself};
            }
            Set<Path> children = new TreeSet<>();
            for (Path file : files.keySet()) {
                if (isIn(file, directory)) {
                    children.add(child(directory, file));
                }
            }
            List<FileStatus> found = new ArrayList<>();
            for (Path child : children) {
                found.add(status(child));
            }
            return found.toArray(new FileStatus[0]);
        });
    }

    /** The ancestor of a file, or the file itself, that is directly in a directory. */
    private static Path child(Path directory, Path file) {
        Path child = file;
        while (child.depth() > directory.depth() + 1) {
            child = child.getParent();
        }
        return child;
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        return faults.run(Operation.STATUS, path, () -> status(path));
    }

    private FileStatus status(Path path) throws IOException {
        MemoryFile file = files.get(path);
        if (file != null) {
            var status = new FileStatus(file.content().length, false, 1, 1, file.modifiedMillis(), path);
            return isObjectStore() ? new Tagged(status, file.content()) : status;
        }
        if (path.isRoot() || files.keySet().stream().anyMatch(other -> isIn(other, path))) {
            return new FileStatus(0, true, 0, 0, 0, path);
        }
        throw new FileNotFoundException(path + " is not there");
    }

    /** As S3A lists: all objects below a prefix, a thousand an answer, and what the store says of each. */
    @Override
    public RemoteIterator<LocatedFileStatus> listFiles(Path start, boolean recursive) throws IOException {
        if (!isObjectStore()) {
            return super.listFiles(start, recursive);
        }
        List<LocatedFileStatus> found = faults.run(Operation.LIST, start, () -> {
            status(start); // FileNotFoundException if there is nothing
            List<LocatedFileStatus> below = new ArrayList<>();
            for (Map.Entry<Path, MemoryFile> file : files.entrySet()) {
                if (isIn(file.getKey(), start)) {
                    below.add(new Listed(status(file.getKey())));
                }
            }
            return below;
        });
        return RemoteIterators.remoteIteratorFromIterable(found);
    }

    private static final class Listed extends LocatedFileStatus implements EtagSource {
        private static final long serialVersionUID = 1;
        private final String etag;

        Listed(FileStatus status) {
            super(status, new BlockLocation[0]);
            etag = ((EtagSource) status).getEtag();
        }

        @Override
        public String getEtag() {
            return etag;
        }
    }

    /** An object store says of an object what depends on its bytes alone. */
    private static final class Tagged extends FileStatus implements EtagSource {
        private static final long serialVersionUID = 1;
        private final String etag;

        Tagged(FileStatus status, byte[] content) throws IOException {
            super(status);
            etag = "\"" + content.length + "-" + Arrays.hashCode(content) + "\"";
        }

        @Override
        public String getEtag() {
            return etag;
        }
    }

    @Override
    public void setTimes(Path path, long modifiedMillis, long accessedMillis) {
        files.computeIfPresent(path, (name, file) -> new MemoryFile(file.content(), modifiedMillis));
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        return faults.run(Operation.OPEN, path, () -> {
            MemoryFile file = files.get(path);
            if (file == null) {
                throw new FileNotFoundException(path + " is not there");
            }
            return new FSDataInputStream(new MemoryInput(path, file.content(), faults, this::count));
        });
    }

    private void count(Path path, int bytes) {
        bytesRead.merge(path, (long) bytes, Long::sum);
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

    /** Changes one bit of a file, as a bad disk does. */
    public void flipBit(String file, long bit) {
        Path path = new Path(file);
        files.computeIfPresent(path, (name, old) -> {
            byte[] content = Arrays.copyOf(old.content(), old.content().length);
            content[Math.toIntExact(bit / Byte.SIZE)] ^= (byte) (1 << bit % Byte.SIZE);
            return new MemoryFile(content, old.modifiedMillis());
        });
    }
}
