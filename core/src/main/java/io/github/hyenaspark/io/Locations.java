package io.github.hyenaspark.io;

import io.github.hyenaspark.io.store.Patience;
import io.github.hyenaspark.io.store.StoreException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.functional.FutureIO;
import org.jspecify.annotations.Nullable;

/**
 * Where URIs lead: to which of Hadoop's file systems, and how long one waits for its answers. Hadoop's settings are
 * read when the first one is needed: that takes a third of a second.
 */
final class Locations {
    static final String WHOLE = "whole-file"; // read policies of S3A
    static final String RANDOM = "random";
    private static final String LOCAL = "file";
    private static final String HDFS = "hdfs";
    private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "s3n", "gs", "oss", "cosn", "obs");
    private static final Patience OF_DISK = new Patience("", 0);

    private final Map<String, String> given;
    private final boolean asksFirst;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private volatile boolean localByDefault;
    private volatile boolean impatient;
    private @Nullable Hadoop hadoop;

    /** {@code asksFirst}: a store that does not answer its first question soon is told. */
    Locations(Map<String, String> given, boolean asksFirst) {
        this.given = given;
        this.asksFirst = asksFirst;
        localByDefault = isLocal(given.getOrDefault(FileSystem.FS_DEFAULT_NAME_KEY, ""));
    }

    Locations askingFirst() {
        return new Locations(given, true);
    }

    /** Whether a path without a scheme is on the disk, as far as one knows without Hadoop's settings. */
    boolean localByDefault() {
        return localByDefault;
    }

    /** Whether all threads ask each question only once; returns what was so before. */
    boolean impatient(boolean now) {
        boolean before = impatient;
        impatient = now;
        return before;
    }

    private static boolean isLocal(String fileSystem) {
        return fileSystem.startsWith(LOCAL + ":");
    }

    private record Hadoop(Configuration settings, RawLocalFileSystem disk) {}

    private synchronized Hadoop hadoop() throws IOException {
        if (hadoop == null) {
            Configuration settings = new Configuration();
            given.forEach(settings::set);
            localByDefault = isLocal(FileSystem.getDefaultUri(settings).toString());
            // Not Hadoop's LocalFileSystem: that one leaves .crc files beside every file.
            RawLocalFileSystem disk = new RawLocalFileSystem();
            disk.initialize(URI.create("file:///"), settings);
            hadoop = new Hadoop(settings, disk);
        }
        return hadoop;
    }

    /** Where a URI leads. */
    Location of(String uri) throws IOException {
        return of(uri, asksFirst);
    }

    Location of(String uri, boolean asks) throws IOException {
        Path path = path(uri);
        Hadoop here = hadoop();
        URI store = path.toUri().getScheme() == null ? FileSystem.getDefaultUri(here.settings()) : path.toUri();
        if (LOCAL.equals(store.getScheme())) {
            return new Location(here.disk(), here.disk().makeQualified(path), OF_DISK);
        }
        long seconds = impatient ? 0 : here.settings().getLong(Patience.KEY, Patience.DEFAULT_SECONDS);
        var patience = new Patience(place(store, here.settings()), seconds);
        Patience.Question<FileSystem> opening = () -> fileSystem(path, store, here.settings());
        String name = store.getScheme() + "://" + store.getAuthority();
        FileSystem fileSystem;
        if (!asksFirst || asked.contains(name)) {
            fileSystem = patience.ask(uri, opening);
        } else if (!asks) { // a mistake in a name is told at once
            fileSystem = new Patience(patience.place(), 0).ask(uri, opening);
        } else {
            asked.add(name);
            fileSystem = patience.askFirst(uri, () -> answering(path, opening.ask()));
        }
        return new Location(fileSystem, fileSystem.makeQualified(path), patience);
    }

    private static Path path(String uri) {
        try {
            Path path = new Path(uri);
            URI root = path.toUri();
            boolean isStore = root.getPath().isEmpty() && root.getScheme() != null; // s3a://BUCKET
            return isStore ? new Path(root.getScheme(), root.getAuthority(), Path.SEPARATOR) : path;
        } catch (IllegalArgumentException e) { // such as of s3a:bucket/x
            throw new IllegalArgumentException(
                    "\"" + uri + "\": found neither a path nor a URI, expected such as runs/first, file:/data,"
                            + " hdfs://HOST:PORT/data or s3a://BUCKET/data; correct it",
                    e);
        }
    }

    private static FileSystem answering(Path path, FileSystem fileSystem) throws IOException {
        fileSystem.exists(path);
        return fileSystem;
    }

    private static FileSystem fileSystem(Path path, URI store, Configuration settings) throws IOException {
        try {
            return path.getFileSystem(settings);
        } catch (UnsupportedFileSystemException
                | RuntimeException e) { // such as a bucket without a name, a missing class
            for (Throwable cause : StoreException.causes(e)) {
                if (cause instanceof UnknownHostException unknown) { // an illegal argument to Hadoop
                    throw unknown;
                }
            }
            throw new IllegalArgumentException(
                    path + ": found a place that no store on the class path serves (" + e.getMessage()
                            + "), expected such as file:/, hdfs://HOST:PORT/ or s3a://BUCKET/; correct it, or add the"
                            + " store's jars",
                    e);
        } catch (IOException e) {
            if (HDFS.equals(store.getScheme()) && store.getHost() == null) {
                throw new IllegalArgumentException(
                        path
                                + ": found no name of a host, expected hdfs://HOST:PORT/PATH without an underscore in HOST;"
                                + " correct it, or set HADOOP_CONF_DIR to the folder whose core-site.xml names the"
                                + " cluster",
                        e);
            }
            throw e;
        }
    }

    /** Where requests to a store go, for messages. */
    private static String place(URI store, Configuration settings) {
        if (!"s3a".equals(store.getScheme())) {
            return store.getScheme() + "://" + store.getAuthority();
        }
        String ofAll = settings.getTrimmed("fs.s3a.endpoint", "");
        String endpoint = settings.getTrimmed("fs.s3a.bucket." + store.getHost() + ".endpoint", ofAll);
        return endpoint.isEmpty() ? "Amazon S3" : endpoint;
    }

    /** A path on its file system, and how long one waits for that. */
    record Location(FileSystem fileSystem, Path path, Patience patience) {
        String qualified() {
            return path.toString();
        }

        boolean isObject() {
            return OBJECT_STORES.contains(fileSystem.getUri().getScheme());
        }

        <T> T ask(Patience.Question<T> question) throws IOException {
            return patience.ask(qualified(), question);
        }

        /** A stream of this place, whose reads may take as long as any question; the disk answers or fails. */
        InputStream patient(InputStream in) {
            return patience.equals(OF_DISK) ? in : new RangeReader.PatientStream(in, qualified(), patience);
        }

        boolean exists() throws IOException {
            return ask(() -> fileSystem.exists(path));
        }

        /** How files are written there. */
        Storage.AtomicWriter writer() {
            if (fileSystem instanceof RawLocalFileSystem disk) {
                return new LinkWriter(disk);
            }
            return isObject() ? new ConditionalWriter(fileSystem) : new RenameWriter(fileSystem);
        }

        /** With a status that is known, so that S3A does not ask for it again, and how the bytes will be read. */
        FSDataInputStream open(FileStatus status, String policy) throws IOException {
            return ask(() -> FutureIO.awaitFuture(fileSystem
                    .openFile(path)
                    .withFileStatus(status)
                    .opt("fs.option.openfile.read.policy", policy)
                    .build()));
        }

        /** At most so many bytes of an object; whether it is there shows at the first read. */
        FSDataInputStream open(long most) throws IOException {
            return ConditionalWriter.open(fileSystem, path, most, WHOLE);
        }

        /** What the store knows of a file; throws if it is missing, or a directory. */
        FileStatus file() throws IOException {
            FileStatus status;
            try {
                status = ask(() -> fileSystem.getFileStatus(path));
            } catch (FileNotFoundException e) {
                throw missing();
            }
            if (status.isDirectory()) {
                throw new FileNotFoundException("a file is needed, but " + qualified() + " is a directory");
            }
            return status;
        }

        FileNotFoundException missing() {
            String hint = qualified().contains("%") ? " (names are taken literally: write a space, not %20)" : "";
            return new FileNotFoundException("there is no " + qualified() + hint);
        }
    }
}
