package io.github.hyenaspark.jobs.bench.plan;

import io.github.hyenaspark.jobs.bench.plan.VirtualClock.Request;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.impl.OpenFileParameters;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.hadoop.util.functional.RemoteIterators;
import org.jspecify.annotations.Nullable;

/**
 * A store with the semantics and the requests of S3 through S3A: an object appears when it is closed, on condition that
 * there is none if its writer asks for that; a listing takes a request for each thousand keys; asking for a file's
 * status takes one, or two where there is none. What is written goes to a temporary file; everything else is made up
 * when it is listed or read, so that millions of objects take no room.
 */
public final class VirtualStore extends FileSystem {
    private static final String SCHEME = "s3a";
    private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";
    private static final String LENGTH = "fs.option.openfile.length";
    private static final int PAGE = 1000; // keys of one answer to a listing
    private static final int CHUNK = 1 << 20;

    /** An object, as listings show it. */
    record Listed(String key, long bytes, long modifiedMillis, String etag) {}

    /** Objects that are made up. */
    interface Generated {
        /** The objects whose keys begin with this, by key. */
        Iterator<Listed> below(String prefix);

        /** Those whose keys have no slash after that, and one of each folder, by key. */
        Iterator<Listed> directly(String prefix);

        Optional<Listed> find(String key);

        byte[] content(String key) throws IOException;
    }

    private static final class Nothing implements Generated {
        @Override
        public Iterator<Listed> below(String prefix) {
            return Collections.emptyIterator();
        }

        @Override
        public Iterator<Listed> directly(String prefix) {
            return below(prefix);
        }

        @Override
        public Optional<Listed> find(String key) {
            return Optional.empty();
        }

        @Override
        public byte[] content(String key) {
            throw new IllegalArgumentException("no content was made up for " + key);
        }
    }

    /** An object that was written, as chunks of the temporary file, all but the last of the same size. */
    private record Written(List<Long> chunks, long bytes, long modifiedMillis) {}

    private final ConcurrentNavigableMap<String, Written> written = new ConcurrentSkipListMap<>();
    private final AtomicLong spoolEnd = new AtomicLong();
    private Generated generated = new Nothing();
    private VirtualClock clock = new VirtualClock(0);
    private URI uri = URI.create(SCHEME + "://virtual");
    private @Nullable FileChannel spool;

    /** Settings of Hadoop by which its paths reach this. */
    static SortedMap<String, String> settings() {
        return new TreeMap<>(Map.of("fs." + SCHEME + ".impl", VirtualStore.class.getName()));
    }

    /** The one of a bucket of this name, which Hadoop keeps until it is closed. */
    static VirtualStore ofBucket(String bucket) throws IOException {
        var configuration = new Configuration();
        settings().forEach(configuration::set);
        return (VirtualStore) FileSystem.get(URI.create(uri(bucket)), configuration);
    }

    static String uri(String bucket) {
        return SCHEME + "://" + bucket;
    }

    @Override
    public void initialize(URI name, Configuration settings) throws IOException {
        super.initialize(name, settings);
        uri = URI.create(uri(name.getAuthority()));
        java.nio.file.Path file = Files.createTempFile("hyena-virtual-", ".spool");
        spool = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** From now on shows these objects too, and tells this clock what is asked. */
    void serve(Generated objects, VirtualClock time) {
        generated = objects;
        clock = time;
    }

    @Override
    public void close() throws IOException {
        super.close();
        if (spool != null) {
            spool.close();
        }
    }

    private FileChannel spool() {
        if (spool == null) {
            throw new IllegalStateException(uri + " has not been initialised");
        }
        return spool;
    }

    @Override
    public URI getUri() {
        return uri;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    private static String key(Path path) {
        return path.toUri().getPath().substring(1);
    }

    /** Of one object a status, with what the store says of its content. */
    private static final class Status extends LocatedFileStatus implements EtagSource {
        private static final long serialVersionUID = 1;
        private final String etag;

        Status(Listed object, Path path) {
            super(new FileStatus(object.bytes, false, 1, 1, object.modifiedMillis, path), new BlockLocation[0]);
            etag = object.etag;
        }

        @Override
        public String getEtag() {
            return etag;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return super.equals(other);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }

    private Status status(Listed object) {
        return new Status(object, new Path(SCHEME, uri.getAuthority(), "/" + object.key));
    }

    private static Listed listed(String key, Written object) {
        return new Listed(key, object.bytes, object.modifiedMillis, "");
    }

    private Optional<Listed> find(String key) {
        Written own = written.get(key);
        return own != null ? Optional.of(listed(key, own)) : generated.find(key);
    }

    /** What is made up, then what was written. */
    private Iterator<Listed> below(String prefix) {
        return withWritten(generated.below(prefix), prefix);
    }

    private Iterator<Listed> withWritten(Iterator<Listed> first, String prefix) {
        Iterator<Map.Entry<String, Written>> second =
                written.subMap(prefix, prefix + Character.MAX_VALUE).entrySet().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return first.hasNext() || second.hasNext();
            }

            @Override
            public Listed next() {
                if (first.hasNext()) {
                    return first.next();
                }
                var entry = second.next();
                return listed(entry.getKey(), entry.getValue());
            }
        };
    }

    private static FileNotFoundException missing(Path path) {
        return new FileNotFoundException(path + " is not there");
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        String key = key(path);
        clock.count(Request.HEAD);
        Optional<Listed> found = key.isEmpty() ? Optional.empty() : find(key);
        if (found.isPresent()) {
            return status(found.get());
        }
        clock.count(Request.LIST);
        if (!key.isEmpty() && !below(key + "/").hasNext()) {
            throw missing(path);
        }
        return new FileStatus(0, true, 0, 0, 0, path);
    }

    @Override
    public RemoteIterator<LocatedFileStatus> listFiles(Path directory, boolean recursive) throws IOException {
        if (!recursive) {
            throw new UnsupportedOperationException("nothing here lists the files of one directory this way");
        }
        return new Pages<>(
                directory, stream(below(key(directory) + "/")).map(this::status).iterator());
    }

    @Override
    public RemoteIterator<FileStatus> listStatusIterator(Path directory) throws IOException {
        String prefix = key(directory) + "/";
        Set<String> folders = new HashSet<>();
        return new Pages<>(
                directory,
                stream(withWritten(generated.directly(prefix), prefix))
                        .map(object -> child(object, directory, prefix))
                        .filter(child -> !child.isDirectory()
                                || folders.add(child.getPath().getName()))
                        .iterator());
    }

    /** An object directly in a directory, or the directory in that which holds it. */
    private FileStatus child(Listed object, Path directory, String prefix) {
        int slash = object.key.indexOf('/', prefix.length());
        return slash < 0
                ? status(object)
                : new FileStatus(0, true, 0, 0, 0, new Path(directory, object.key.substring(prefix.length(), slash)));
    }

    @Override
    public FileStatus[] listStatus(Path directory) throws IOException {
        return RemoteIterators.toArray(listStatusIterator(directory), new FileStatus[0]);
    }

    private static <T> Stream<T> stream(Iterator<T> all) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(all, 0), false);
    }

    /** A listing, of which one answer at a time is in memory. */
    private final class Pages<T extends FileStatus> implements RemoteIterator<T> {
        private final Iterator<? extends T> all;
        private Iterator<T> page;
        private int number = 1;

        Pages(Path directory, Iterator<? extends T> all) throws FileNotFoundException {
            this.all = all;
            page = page();
            if (!page.hasNext()) {
                throw missing(directory);
            }
        }

        private Iterator<T> page() {
            clock.countPage(number++);
            return clock.answer(() -> {
                List<T> some = new ArrayList<>();
                while (some.size() < PAGE && all.hasNext()) {
                    some.add(all.next());
                }
                return some.iterator();
            });
        }

        @Override
        public boolean hasNext() {
            return page.hasNext() || all.hasNext();
        }

        @Override
        public T next() {
            if (!page.hasNext()) {
                page = page();
            }
            return page.next();
        }
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        clock.count(Request.HEAD);
        if (find(key(path)).isEmpty()) {
            throw missing(path);
        }
        return new FSDataInputStream(new Input(path));
    }

    /** Whoever knows the length, or at most how much there is to read, is not told anything before reading. */
    @Override
    protected CompletableFuture<FSDataInputStream> openFileWithOptions(Path path, OpenFileParameters parameters)
            throws IOException {
        boolean known =
                parameters.getStatus() != null || parameters.getOptions().get(LENGTH) != null;
        return CompletableFuture.completedFuture(known ? new FSDataInputStream(new Input(path)) : open(path, 0));
    }

    /** One request for what is read in order from some place on, and one for each read of a range. */
    private final class Input extends FSInputStream {
        private final Path path;
        private @Nullable Written object;
        private byte[] madeUp = new byte[0];
        private boolean found;
        private boolean asked;
        private long at;

        Input(Path path) {
            this.path = path;
        }

        private long length() throws IOException {
            if (!found) {
                Written own = written.get(key(path));
                if (own == null && generated.find(key(path)).isEmpty()) {
                    throw missing(path);
                }
                object = own;
                madeUp = own == null ? generated.content(key(path)) : madeUp;
                found = true;
            }
            return object == null ? madeUp.length : object.bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] to, int offset, int count) throws IOException {
            if (!asked) {
                clock.count(Request.GET);
                asked = true;
            }
            int got = copy(at, to, offset, count);
            at += Math.max(0, got);
            return got;
        }

        @Override
        public int read(long position, byte[] to, int offset, int count) throws IOException {
            clock.count(Request.GET);
            return copy(position, to, offset, count);
        }

        private int copy(long from, byte[] to, int offset, int count) throws IOException {
            int most = (int) Math.min(count, length() - from);
            if (most <= 0) {
                return count == 0 ? 0 : -1;
            }
            if (object == null) {
                System.arraycopy(madeUp, Math.toIntExact(from), to, offset, most);
                return most;
            }
            int done = 0;
            while (done < most) {
                long place = from + done;
                long begin = object.chunks.get((int) (place / CHUNK)) + place % CHUNK;
                int now = (int) Math.min(most - done, CHUNK - place % CHUNK);
                ByteBuffer into = ByteBuffer.wrap(to, offset + done, now);
                while (into.hasRemaining()) {
                    spool().read(into, begin + now - into.remaining());
                }
                done += now;
            }
            return most;
        }

        @Override
        public void seek(long position) {
            asked &= position == at;
            at = position;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public boolean seekToNewSource(long position) {
            return false;
        }
    }

    @Override
    public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
        return new Builder(this, path);
    }

    private static final class Builder extends FSDataOutputStreamBuilder<FSDataOutputStream, Builder> {
        private final VirtualStore store;

        Builder(VirtualStore store, Path path) {
            super(store, path);
            this.store = store;
        }

        @Override
        public Builder getThisBuilder() {
            return this;
        }

        @Override
        public FSDataOutputStream build() throws IOException {
            return store.create(
                    getPath(),
                    getFlags().contains(CreateFlag.OVERWRITE),
                    getOptions().getBoolean(CONDITIONAL, false));
        }
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
        return create(path, overwrite, false);
    }

    private FSDataOutputStream create(Path path, boolean overwrite, boolean conditional) throws IOException {
        if (!overwrite && !conditional) {
            clock.count(Request.HEAD);
            if (find(key(path)).isPresent()) {
                throw new FileAlreadyExistsException(path + " exists");
            }
        }
        return new FSDataOutputStream(new Output(key(path), conditional), null);
    }

    @Override
    public boolean hasPathCapability(Path path, String capability) throws IOException {
        return capability.equals(CONDITIONAL) || super.hasPathCapability(path, capability);
    }

    private final class Output extends OutputStream {
        private final String key;
        private final boolean conditional;
        private final List<Long> chunks = new ArrayList<>();
        private byte[] chunk = new byte[1 << 10];
        private int filled;
        private long bytes;
        private boolean closed;

        Output(String key, boolean conditional) {
            this.key = key;
            this.conditional = conditional;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int count) throws IOException {
            int done = 0;
            while (done < count) {
                int now = Math.min(count - done, CHUNK - filled);
                if (filled + now > chunk.length) {
                    chunk = Arrays.copyOf(chunk, Math.min(CHUNK, Math.max(filled + now, 2 * chunk.length)));
                }
                System.arraycopy(from, offset + done, chunk, filled, now);
                filled += now;
                done += now;
                if (filled == CHUNK) {
                    spoolChunk();
                }
            }
        }

        private void spoolChunk() throws IOException {
            long begin = spoolEnd.getAndAdd(filled);
            ByteBuffer from = ByteBuffer.wrap(chunk, 0, filled);
            while (from.hasRemaining()) {
                spool().write(from, begin + from.position());
            }
            chunks.add(begin);
            bytes += filled;
            filled = 0;
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            if (filled > 0) {
                spoolChunk();
            }
            clock.count(Request.PUT);
            var object = new Written(List.copyOf(chunks), bytes, System.currentTimeMillis());
            if (!conditional) {
                written.put(key, object);
            } else if (written.putIfAbsent(key, object) != null) {
                throw new IOException("412 precondition failed");
            }
            clock.countWritten(key, bytes);
        }
    }

    /** Asks whether it is there, deletes it, and asks whether that leaves its directory empty, as S3A does. */
    @Override
    public boolean delete(Path path, boolean recursive) {
        clock.count(Request.HEAD);
        boolean found = find(key(path)).isPresent();
        if (found) {
            clock.count(Request.DELETE);
            written.remove(key(path));
        }
        clock.count(Request.LIST);
        return found;
    }

    @Override
    public boolean rename(Path from, Path to) {
        throw new UnsupportedOperationException("S3 renames nothing; " + from + " stays what it is");
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
}
