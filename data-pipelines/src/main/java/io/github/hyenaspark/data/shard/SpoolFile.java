package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.BulkInputStream;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * An unnamed local file that becomes, or was, an object named by its content: {@code NAME-HASH.SUFFIX} with the first
 * 16 hexadecimal digits of its SHA-256. It vanishes when it is closed or the process dies.
 */
public final class SpoolFile implements Closeable {
    private static final int HASH_DIGITS = 16;
    private static final String YARN_DIRECTORIES = "LOCAL_DIRS";

    private final FileChannel channel;

    private SpoolFile(FileChannel channel) {
        this.channel = channel;
    }

    public static SpoolFile open() throws IOException {
        Path file = Files.createTempFile(directory(System.getenv()), "hyena-object-", ".spool");
        return new SpoolFile(FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
    }

    /**
     * Where a process of Spark keeps its temporary files, any of them if there are several: what YARN, a standalone
     * worker or Kubernetes told it, in Spark's own order; elsewhere {@code java.io.tmpdir}.
     */
    static Path directory(Map<String, String> environment) {
        String local = Stream.of(YARN_DIRECTORIES, "SPARK_EXECUTOR_DIRS", "SPARK_LOCAL_DIRS")
                .map(name -> environment.getOrDefault(name, ""))
                .filter(places -> !places.isBlank())
                .findFirst()
                .orElse("");
        List<Path> writable = Stream.of(local.split("[,:]"))
                .filter(place -> !place.isBlank())
                .map(Path::of)
                .filter(Files::isWritable)
                .toList();
        return writable.isEmpty()
                ? Path.of(System.getProperty("java.io.tmpdir"))
                : writable.get(ThreadLocalRandom.current().nextInt(writable.size()));
    }

    /** A copy of an object, whose content must be that of the hash in its name. */
    public static SpoolFile copyOf(Storage storage, String uri) throws IOException {
        SpoolFile file = uncheckedCopyOf(storage, uri);
        String found = file.sha256().substring(0, HASH_DIGITS);
        if (!uri.substring(uri.lastIndexOf('/') + 1).contains("-" + found + ".")) {
            file.close();
            throw new CorruptFileException(uri, "content of the hash in the name", "the hash " + found);
        }
        return file;
    }

    /** A copy of an object, whatever it is. */
    public static SpoolFile uncheckedCopyOf(Storage storage, String uri) throws IOException {
        SpoolFile file = open();
        try (InputStream in = storage.open(uri)) {
            in.transferTo(file.output());
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** The SHA-256 of the content, hexadecimal. */
    public String sha256() throws IOException {
        MessageDigest sha256 = Hashes.newSha256();
        copyTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        return Hashes.hex(sha256.digest());
    }

    public long bytes() throws IOException {
        return channel.size();
    }

    public void cut(long offset) throws IOException {
        channel.truncate(offset);
    }

    /** Appends, one stream at a time; closing it leaves this open. */
    public OutputStream output() throws IOException {
        return new Output(channel, channel.size());
    }

    /** Reads from an offset; closing it leaves this open. */
    public Input input(long offset) {
        return new Input(channel, offset);
    }

    /** Writes the object {@code prefix HASH suffix}, unless it exists. */
    public FileInfo publish(Storage storage, String prefix, String suffix) throws IOException {
        return publish(storage, prefix + sha256().substring(0, HASH_DIGITS) + suffix);
    }

    /** Writes an object under a name of its own, unless it exists. */
    public FileInfo publish(Storage storage, String uri) throws IOException {
        return storage.write(uri, this::copyTo);
    }

    private void copyTo(OutputStream to) throws IOException {
        input(0).transferTo(to);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static final class Output extends OutputStream {
        private final FileChannel channel;
        private long position;

        Output(FileChannel channel, long position) {
            this.channel = channel;
            this.position = position;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int at, int count) throws IOException {
            ByteBuffer in = ByteBuffer.wrap(from, at, count);
            while (in.hasRemaining()) {
                position += channel.write(in, position);
            }
        }
    }

    public static final class Input extends BulkInputStream {
        private final FileChannel channel;
        private long position;

        private Input(FileChannel channel, long position) {
            this.channel = channel;
            this.position = position;
        }

        public long position() {
            return position;
        }

        public void seek(long offset) {
            position = offset;
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            int read = count == 0 ? 0 : channel.read(ByteBuffer.wrap(to, at, count), position);
            position += Math.max(0, read);
            return read;
        }
    }
}
