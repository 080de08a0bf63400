package io.github.hyenaspark.io;

import io.github.hyenaspark.io.Locations.Location;
import io.github.hyenaspark.io.store.Patience;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files on local disk, HDFS and S3. Everything that is published relies on {@link #createExclusively}. Thread-safe.
 *
 * <p>URIs are written as in Hadoop: {@code file:/data/my corpus}, {@code hdfs://host:9000/runs},
 * {@code s3a://bucket/key}; nothing is percent-decoded. A path without a scheme belongs to {@code fs.defaultFS}, by
 * default the local disk. Writing creates the parent directories; reading throws {@link FileNotFoundException} if there
 * is no such file. File systems other than the local one come from Hadoop's cache, which the whole process shares.
 */
public final class Storage {
    private static final int ASKED_AT_ONCE = 4096;

    private final Locations locations;

    private Storage(Locations locations) {
        this.locations = locations;
    }

    /** When there is something to say: who only reads starts no logging. */
    private static Logger log() {
        return LoggerFactory.getLogger(Storage.class);
    }

    @FunctionalInterface
    public interface Content {
        /** Writes every byte, the same ones at each call; does not close the stream. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Storage with these Hadoop settings on top of the core-site.xml and hdfs-site.xml found on the class path. */
    public static Storage of(Map<String, String> hadoopSettings) {
        return new Storage(new Locations(Map.copyOf(hadoopSettings), false));
    }

    /** The same for the start of a command: a store that does not answer its first question in 20 seconds is told. */
    public Storage askingFirst() {
        return new Storage(locations.askingFirst());
    }

    /**
     * Does what asks stores no question twice, for a caller that has waited long enough for them before. What other
     * threads ask this storage meanwhile is not repeated either.
     */
    public <T> T withoutPatience(Patience.Question<T> work) throws IOException {
        boolean before = locations.impatient(true);
        try {
            return work.ask();
        } finally {
            locations.impatient(before);
        }
    }

    public static Storage local() {
        return of(Map.of(FileSystem.FS_DEFAULT_NAME_KEY, "file:///"));
    }

    public static String resolve(String parent, String child) {
        return parent.replaceFirst("/+$", "") + "/" + child.replaceFirst("^/+", "");
    }

    /** The absolute URI of a path, in the form that {@link #list} and {@link #find} return. */
    public String qualify(String uri) throws IOException {
        return locations.of(uri, false).qualified();
    }

    public boolean exists(String uri) throws IOException {
        Optional<Boolean> local =
                LocalReads.path(uri, locations.localByDefault()).flatMap(LocalReads::exists);
        return local.isPresent() ? local.get() : locations.of(uri).exists();
    }

    public long length(String uri) throws IOException {
        return facts(uri).bytes();
    }

    /** A file as listings describe it, without hashes. */
    public FileInfo facts(String uri) throws IOException {
        Location location = locations.of(uri);
        FileStatus status = location.file();
        return Listing.listed(status);
    }

    /**
     * The store's checksum of a file, the same for the same bytes written in the same way; empty if it has none. HDFS
     * has one; it takes a question to the name node and one to a data node for each block.
     */
    public String checksum(String uri) throws IOException {
        Location location = locations.of(uri);
        FileChecksum found = location.isObject()
                ? null
                : location.ask(() -> location.fileSystem().getFileChecksum(location.path()));
        return found == null
                ? ""
                : found.getAlgorithmName() + ":" + HexFormat.of().formatHex(found.getBytes());
    }

    /**
     * Those of some files of one place that somebody is writing: HDFS knows them, other stores show none or never say.
     */
    public Set<String> beingWritten(String place, Stream<String> uris) throws IOException {
        if (!(locations.of(place).fileSystem() instanceof DistributedFileSystem hdfs)) {
            return Set.of();
        }
        Set<String> open = new HashSet<>();
        Iterator<String> rest = uris.iterator();
        while (rest.hasNext()) {
            List<String> some = new ArrayList<>();
            while (rest.hasNext() && some.size() < ASKED_AT_ONCE) {
                some.add(rest.next());
            }
            List<Boolean> closed = Requests.all(some, uri -> {
                Location location = locations.of(uri);
                return location.ask(() -> isClosed(hdfs, location.path()));
            });
            for (int i = 0; i < closed.size(); i++) {
                if (!closed.get(i)) {
                    open.add(some.get(i));
                }
            }
        }
        return open;
    }

    /** One that is gone since it was listed, such as an upload that has got its name, counts as being written. */
    private static boolean isClosed(DistributedFileSystem hdfs, Path path) throws IOException {
        try {
            return hdfs.isFileClosed(path);
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    public byte[] read(String uri) throws IOException {
        Optional<byte[]> local =
                LocalReads.path(uri, locations.localByDefault()).flatMap(LocalReads::read);
        if (local.isPresent()) {
            return local.get();
        }
        Location location = locations.of(uri);
        return location.ask(() -> {
            try (InputStream in = location.open(location.file(), Locations.WHOLE)) {
                return in.readAllBytes();
            }
        });
    }

    /** At most so many bytes of a file from its start, without asking an object store for its length. */
    public byte[] read(String uri, int bytes) throws IOException {
        Location location = locations.of(uri);
        return location.ask(() -> {
            try (InputStream in =
                    location.isObject() ? location.open(bytes) : location.open(location.file(), Locations.WHOLE)) {
                return in.readNBytes(bytes);
            }
        });
    }

    /** The bytes of a file from its start; the caller closes it. */
    public InputStream open(String uri) throws IOException {
        Location location = locations.of(uri);
        return location.patient(location.open(location.file(), Locations.WHOLE));
    }

    /** The bytes of a file from an offset on; CorruptFileException if it ends before. The caller closes it. */
    public InputStream open(String uri, long from) throws IOException {
        Location location = locations.of(uri);
        FileStatus status = location.file();
        if (from < 0) {
            throw new IllegalArgumentException("cannot read " + uri + " from byte " + from + ": it must be 0 or more");
        }
        if (from > status.getLen()) {
            throw new CorruptFileException(
                    location.qualified(), "at least " + from + " bytes", status.getLen() + " bytes");
        }
        FSDataInputStream in = location.open(status, Locations.WHOLE);
        try {
            in.seek(from);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return location.patient(in);
    }

    /** The bytes of a file; CorruptFileException if the length or, at the end, a hash differs. The caller closes it. */
    public InputStream openVerified(FileInfo expected) throws IOException {
        Optional<InputStream> local = LocalReads.path(expected.uri(), locations.localByDefault())
                .flatMap(file -> LocalReads.open(file, expected.bytes()));
        if (local.isPresent()) {
            return new Hashes.Verifying(local.get(), expected);
        }
        Location location = locations.of(expected.uri());
        if (location.isObject()) { // a byte more than expected shows a longer object too
            return new Hashes.Verifying(location.patient(location.open(expected.bytes() + 1)), expected);
        }
        FileStatus status = location.file();
        if (status.getLen() != expected.bytes()) {
            throw new CorruptFileException(expected.uri(), expected.bytes() + " bytes", status.getLen() + " bytes");
        }
        return new Hashes.Verifying(location.patient(location.open(status, Locations.WHOLE)), expected);
    }

    public RangeReader openRange(String uri) throws IOException {
        Location location = locations.of(uri);
        FileStatus status = location.file();
        return new RangeReader(
                location.qualified(),
                location.open(status, Locations.RANDOM),
                location.patience(),
                status.getLen(),
                location.isObject());
    }

    /**
     * The same of a file of so many bytes. An object store is not asked for its length, so whether the object is there,
     * and as long, shows when it is read.
     */
    public RangeReader openRange(String uri, long bytes) throws IOException {
        Location location = locations.of(uri);
        if (!location.isObject()) {
            return openRange(uri);
        }
        FSDataInputStream in = location.ask(
                () -> ConditionalWriter.open(location.fileSystem(), location.path(), bytes, Locations.RANDOM));
        return new RangeReader(location.qualified(), in, location.patience(), bytes, true);
    }

    public FileInfo hashed(String uri) throws IOException {
        var hashes = new Hashes.Output(OutputStream.nullOutputStream());
        try (InputStream in = open(uri)) {
            in.transferTo(hashes);
        }
        return hashes.file(qualify(uri), 0);
    }

    /**
     * Creates a file with this content unless the name exists; whether it did. Of concurrent callers exactly one gets
     * true, and nobody ever sees incomplete content. Object stores without conditional writes cannot promise the first:
     * there, the content should tell writers apart.
     */
    public boolean createExclusively(String uri, byte[] content) throws IOException {
        Location location = locations.of(uri);
        return location.ask(() -> location.writer().createExclusively(location.path(), content));
    }

    /**
     * Whether {@link #createExclusively} is exclusive here; asks HDFS and disks nothing, and tries a small file
     * elsewhere.
     */
    public boolean keepsFirst(String directory) throws IOException {
        Location location = locations.of(resolve(directory, ".probe-" + UUID.randomUUID()));
        return location.ask(() -> location.writer().keepsFirst(location.path()));
    }

    /** Warns if {@link #createExclusively} is not exclusive here, for two such {@code writers}. */
    public void warnUnlessExclusive(String directory, String writers) throws IOException {
        if (!keepsFirst(directory)) {
            log().warn(
                            "the store of {} does not refuse to create a file twice (S3 does from Hadoop 3.4.2 on, Azure"
                                    + " with a hierarchical namespace): of two {} that start at the same instant both may"
                                    + " continue; let only one of them run",
                            directory,
                            writers);
        }
    }

    /**
     * Writes an immutable object under a name that no other content ever has, else OtherContentException. It appears
     * complete or not at all, and may be written again. If a shorter object exists, its store had cut it short, and it
     * is replaced.
     */
    public FileInfo write(String uri, Content content) throws IOException {
        Location location = locations.of(uri);
        Written written = writeOnce(location, content);
        if (!written.created() && length(uri) < written.file().bytes()) {
            log().warn("{} has been cut short; it is written again", location.qualified());
            delete(uri);
            written = writeOnce(location, content);
        }
        if (!written.created() && !written.file().sameContent(hashed(uri))) {
            throw new OtherContentException(location.qualified());
        }
        return written.file();
    }

    /** Writes immutable objects, in order; refuses, in a setting's name, if one is there with other content. */
    public List<FileInfo> writeAll(String setting, String directory, Map<String, Content> files) throws IOException {
        for (Map.Entry<String, Content> file : files.entrySet()) {
            String uri = resolve(directory, file.getKey());
            if (hasOther(uri, file.getValue())) {
                throw new IllegalArgumentException(
                        setting + ": " + uri + " is there already with other content, expected"
                                + " nothing or this same content; choose another directory or delete it");
            }
        }
        List<FileInfo> written = new ArrayList<>();
        for (Map.Entry<String, Content> file : files.entrySet()) {
            written.add(write(resolve(directory, file.getKey()), file.getValue()));
        }
        return written;
    }

    boolean hasOther(String uri, Content content) throws IOException {
        if (!exists(uri)) {
            return false;
        }
        var hashes = new Hashes.Output(OutputStream.nullOutputStream());
        content.writeTo(hashes);
        return !hashes.file(uri, 0).sameContent(hashed(uri));
    }

    private record Written(boolean created, FileInfo file) {}

    private Written writeOnce(Location location, Content content) throws IOException {
        var hashes = new Hashes.Output[1];
        boolean created = location.ask(() -> location.writer().write(location.path(), out -> {
            hashes[0] = new Hashes.Output(out);
            content.writeTo(hashes[0]);
        }));
        return new Written(created, hashes[0].file(location.qualified(), 0));
    }

    /** Writes or replaces a file. Only for views and hints, since readers cannot rely on its content. */
    public void replace(String uri, byte[] content) throws IOException {
        replace(uri, out -> out.write(content));
    }

    /** The same with content that may be written again; what was there stays until the whole content is. */
    public void replace(String uri, Content content) throws IOException {
        Location location = locations.of(uri);
        location.ask(() -> {
            location.writer().replace(location.path(), content);
            return true;
        });
    }

    /** The files directly in a directory, by URI, without names that begin with a dot; none if it does not exist. */
    public List<FileInfo> list(String directory) throws IOException {
        Optional<List<FileInfo>> local =
                LocalReads.path(directory, locations.localByDefault()).flatMap(LocalReads::list);
        if (local.isPresent()) {
            return local.get();
        }
        Location location = locations.of(directory);
        try {
            return location.ask(() -> new Listing(location.fileSystem()).directly(location.path()));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    /**
     * The files in and below a directory, or those that a glob matches ({@code * ? [a-z] {a,b}}, where {@code *} stays
     * within one directory), by URI. Skips names that begin with a dot or an underscore unless they are given exactly.
     * FileNotFoundException if a path without a glob does not exist.
     */
    public List<FileInfo> find(String directoryOrGlob) throws IOException {
        Location location = locations.of(directoryOrGlob);
        Listing listing = new Listing(location.fileSystem());
        try {
            return location.ask(() -> listing.below(location.path(), location.isObject(), false));
        } catch (FileNotFoundException e) {
            if (directoryOrGlob.chars().noneMatch(c -> "*?[{".indexOf(c) >= 0)) {
                throw location.missing();
            }
            return location.ask(() -> listing.matching(location.path()));
        }
    }

    /**
     * Gives the files that {@link #find} lists, in the store's order, without holding them all; a glob's are found
     * before the first is given. A listing that fails midway is begun again, with a new taker; returns the one that got
     * all.
     */
    public <T extends Consumer<FileInfo>> T find(String directoryOrGlob, Supplier<T> takers) throws IOException {
        Optional<java.nio.file.Path> local = LocalReads.path(directoryOrGlob, locations.localByDefault());
        if (local.isPresent() && Files.isDirectory(local.get())) {
            T taker = takers.get();
            LocalReads.below(local.get(), taker);
            return taker;
        }
        try {
            return below(locations.of(directoryOrGlob), false, takers);
        } catch (FileNotFoundException e) {
            T taker = takers.get();
            find(directoryOrGlob).forEach(taker);
            return taker;
        }
    }

    private static <T extends Consumer<FileInfo>> T below(Location location, boolean hidden, Supplier<T> takers)
            throws IOException {
        return location.ask(() -> {
            T taker = takers.get();
            new Listing(location.fileSystem()).below(location.path(), location.isObject(), hidden, taker);
            return taker;
        });
    }

    /**
     * Gives name and length of every file in and below a directory, relative to it; none if it does not exist. On the
     * local disk, where each length would take a question of its own, it is -1. A listing that fails midway is begun
     * again, so a file may be given twice.
     */
    public void names(String directory, ObjLongConsumer<String> files) throws IOException {
        Optional<java.nio.file.Path> local = LocalReads.path(directory, locations.localByDefault());
        if (local.isPresent()) {
            LocalReads.names(local.get(), "", name -> files.accept(name, -1));
            return;
        }
        Location location = locations.of(directory);
        int prefix = resolve(location.qualified(), "").length(); // the root of a bucket ends with a slash
        Consumer<FileInfo> taker = file -> files.accept(file.uri().substring(prefix), file.bytes());
        try {
            below(location, true, () -> taker);
        } catch (FileNotFoundException e) {
            // an empty folder of a dataset does not exist
        }
    }

    /** All files in and below a directory, by URI, even hidden and temporary ones; none if it does not exist. */
    public List<FileInfo> everythingBelow(String directory) throws IOException {
        Location location = locations.of(directory);
        try {
            return location.ask(
                    () -> new Listing(location.fileSystem()).below(location.path(), location.isObject(), true));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    /**
     * Gives name and length of every file in and below some folders of a directory, relative to that, as
     * {@link #names(String, ObjLongConsumer)} does, but from 32 threads.
     */
    public void names(String directory, List<String> folders, ObjLongConsumer<String> files) throws IOException {
        Optional<java.nio.file.Path> local = LocalReads.path(directory, locations.localByDefault());
        if (local.isPresent()) {
            for (String folder : folders) {
                LocalReads.names(local.get().resolve(folder), folder + "/", name -> files.accept(name, -1));
            }
            return;
        }
        int prefix = resolve(qualify(directory), "").length();
        everythingBelow(
                directory, folders, () -> file -> files.accept(file.uri().substring(prefix), file.bytes()));
    }

    /**
     * Gives all files in and below some folders of a directory, even hidden and temporary ones, to takers: one for each
     * folder, and one for each folder in that. They are listed 32 at once, since a store lists one page by page. A
     * listing that fails midway is begun again, with a new taker; returns those that got all. A folder need not exist.
     */
    public <T extends Consumer<FileInfo>> List<T> everythingBelow(
            String directory, List<String> folders, Supplier<T> takers) throws IOException {
        List<Level<T>> levels = Requests.all(folders, folder -> level(resolve(directory, folder), takers));
        List<T> all = new ArrayList<>(levels.stream().map(Level::files).toList());
        List<String> below =
                levels.stream().flatMap(level -> level.directories().stream()).toList();
        all.addAll(Requests.all(below, folder -> everythingBelow(folder, takers)));
        return all;
    }

    /** The names of the directories directly in a directory; none if it does not exist. */
    public Set<String> folders(String directory) throws IOException {
        return level(directory, () -> file -> {}).directories().stream()
                .map(folder -> folder.replaceFirst(".*/(?=[^/])", "").replaceFirst("/$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Who got the files of a directory, and the URIs of the directories in it. */
    private record Level<T>(T files, List<String> directories) {}

    private <T extends Consumer<FileInfo>> Level<T> level(String directory, Supplier<T> takers) throws IOException {
        Location location = locations.of(directory);
        try {
            return location.ask(() -> {
                T taker = takers.get();
                return new Level<>(taker, new Listing(location.fileSystem()).directly(location.path(), taker));
            });
        } catch (FileNotFoundException e) {
            return new Level<>(takers.get(), List.of());
        }
    }

    private <T extends Consumer<FileInfo>> T everythingBelow(String directory, Supplier<T> takers) throws IOException {
        try {
            return below(locations.of(directory), true, takers);
        } catch (FileNotFoundException e) {
            return takers.get();
        }
    }

    /** Deletes a file, or a directory with everything in it; it need not exist. UndeletableException if it stays. */
    public void delete(String uri) throws IOException {
        Location location = locations.of(uri);
        if (!location.ask(() -> location.fileSystem().delete(location.path(), true)) && location.exists()) {
            throw new UndeletableException("cannot delete " + location.qualified() + ": the file system refused");
        }
    }

    /** An object of that name is there and has other content. */
    public static final class OtherContentException extends IOException {
        private static final long serialVersionUID = 1;

        private OtherContentException(String uri) {
            super("cannot write " + uri + ": an object of that name with other content is there already; objects are"
                    + " immutable, so choose another name or delete it");
        }
    }

    /** How complete bytes appear under a name all at once; every kind of store has its own way. */
    sealed interface AtomicWriter permits LinkWriter, RenameWriter, ConditionalWriter {
        default boolean createExclusively(Path path, byte[] content) throws IOException {
            return write(path, out -> out.write(content));
        }

        /** Creates a file whose name belongs to its content; false if it exists, and then leaves it alone. */
        boolean write(Path path, Content content) throws IOException;

        void replace(Path path, Content content) throws IOException;

        default boolean keepsFirst(Path path) throws IOException {
            return true;
        }

        /** A hidden name beside the final one, so that a rename stays within one directory. */
        static String temporaryName(String name) {
            return "." + name + "." + UUID.randomUUID() + ".tmp";
        }
    }
}
