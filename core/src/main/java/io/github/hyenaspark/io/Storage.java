package io.github.hyenaspark.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files on local disk, HDFS and S3, and the one primitive that everything published here rests on,
 * {@link #createExclusively}. Safe for many threads.
 *
 * <p>URIs are written as Hadoop writes them: {@code file:/data/my corpus}, {@code hdfs://host:9000/runs},
 * {@code s3a://bucket/key}; a space is a space, and nothing is percent-decoded. A path without a scheme belongs to
 * {@code fs.defaultFS}, the local disk unless the settings say otherwise. Whatever writes creates the parent
 * directories. File systems other than the local one come from Hadoop's cache, which serves the whole process.
 */
public final class Storage {
    private static final String LOCAL = "file";
    private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "s3n", "gs", "oss", "cosn", "obs");

    private final Map<String, String> given;
    private final boolean localByDefault;
    private @Nullable Hadoop hadoop; // made when it is needed: that takes a third of a second

    private Storage(Map<String, String> given) {
        this.given = given;
        localByDefault = given.getOrDefault(FileSystem.FS_DEFAULT_NAME_KEY, "").startsWith(LOCAL + ":");
    }

    private record Hadoop(Configuration settings, RawLocalFileSystem disk) {}

    private synchronized Hadoop hadoop() throws IOException {
        if (hadoop == null) {
            Configuration settings = new Configuration();
            given.forEach(settings::set);
            // Not Hadoop's LocalFileSystem: that one leaves .crc files beside every file.
            RawLocalFileSystem disk = new RawLocalFileSystem();
            disk.initialize(URI.create("file:///"), settings);
            hadoop = new Hadoop(settings, disk);
        }
        return hadoop;
    }

    /** When there is something to say: who only reads starts no logging. */
    private static Logger log() {
        return LoggerFactory.getLogger(Storage.class);
    }

    /**
     * Storage with these Hadoop settings, for example {@code fs.s3a.endpoint}, on top of the core-site.xml and
     * hdfs-site.xml found on the class path.
     */
    public static Storage of(Map<String, String> hadoopSettings) {
        return new Storage(Map.copyOf(hadoopSettings));
    }

    /** Storage in which a path without a scheme is always on the local disk. */
    public static Storage local() {
        return of(Map.of(FileSystem.FS_DEFAULT_NAME_KEY, "file:///"));
    }

    /** Two parts of a URI joined by one slash. */
    public static String resolve(String parent, String child) {
        return parent.replaceFirst("/+$", "") + "/" + child.replaceFirst("^/+", "");
    }

    /**
     * The absolute URI of a path, in the form in which {@link #list} and {@link #find} give theirs.
     *
     * @throws IOException if no file system serves its scheme
     */
    public String qualify(String uri) throws IOException {
        return place(uri).qualified();
    }

    /** Whether a file or a directory is there. */
    public boolean exists(String uri) throws IOException {
        Place place = place(uri);
        return place.fileSystem().exists(place.path());
    }

    /**
     * Bytes in a file.
     *
     * @throws FileNotFoundException if there is no such file
     */
    public long length(String uri) throws IOException {
        return file(place(uri)).getLen();
    }

    /**
     * What a listing says of a file; its hashes are unknown.
     *
     * @throws FileNotFoundException if there is no such file
     */
    public FileInfo facts(String uri) throws IOException {
        Place place = place(uri);
        FileStatus status = file(place);
        return new FileInfo(place.qualified(), status.getLen(), "", -1, status.getModificationTime());
    }

    /**
     * The whole file.
     *
     * @throws FileNotFoundException if there is no such file
     */
    public byte[] read(String uri) throws IOException {
        Optional<byte[]> local = LocalReads.path(uri, localByDefault).flatMap(LocalReads::read);
        if (local.isPresent()) {
            return local.get();
        }
        try (InputStream in = open(uri)) {
            return in.readAllBytes();
        }
    }

    /**
     * The bytes of a file from its start; the caller closes it.
     *
     * @throws FileNotFoundException if there is no such file
     */
    public InputStream open(String uri) throws IOException {
        return open(place(uri));
    }

    /**
     * The bytes of a file from an offset on, to be read in order; the caller closes it.
     *
     * @param from first byte, 0 or more
     * @throws FileNotFoundException if there is no such file
     * @throws CorruptFileException if the file ends before {@code from}
     */
    public InputStream open(String uri, long from) throws IOException {
        Place place = place(uri);
        long length = file(place).getLen();
        if (from < 0) {
            throw new IllegalArgumentException("cannot read " + uri + " from byte " + from + ": it must be 0 or more");
        }
        if (from > length) {
            throw new CorruptFileException(place.qualified(), "at least " + from + " bytes", length + " bytes");
        }
        FSDataInputStream in = place.fileSystem().open(place.path());
        try {
            in.seek(from);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return in;
    }

    /**
     * The bytes of a file whose length and hashes are known. Whoever reads to the end knows that they are right; the
     * caller closes it.
     *
     * @throws FileNotFoundException if there is no such file
     * @throws CorruptFileException if it has another length; the stream throws it at the end if a hash differs
     */
    public InputStream openVerified(FileInfo expected) throws IOException {
        Optional<InputStream> local = LocalReads.path(expected.uri(), localByDefault)
                .flatMap(file -> LocalReads.open(file, expected.bytes()));
        if (local.isPresent()) {
            return new VerifyingInputStream(local.get(), expected);
        }
        Place place = place(expected.uri());
        long found = file(place).getLen();
        if (found != expected.bytes()) {
            throw new CorruptFileException(expected.uri(), expected.bytes() + " bytes", found + " bytes");
        }
        return new VerifyingInputStream(open(place), expected);
    }

    /**
     * Opens a file for reads anywhere in it; the caller closes it.
     *
     * @throws FileNotFoundException if there is no such file
     */
    public RangeReader openRange(String uri) throws IOException {
        Place place = place(uri);
        long length = file(place).getLen();
        return new RangeReader(place.qualified(), open(place), length);
    }

    /**
     * Reads a whole file for its length and hashes.
     *
     * @throws FileNotFoundException if there is no such file
     */
    public FileInfo hashed(String uri) throws IOException {
        Place place = place(uri);
        FileStatus status = file(place);
        var hashes = new HashingOutputStream(OutputStream.nullOutputStream());
        try (InputStream in = open(place)) {
            in.transferTo(hashes);
        }
        return hashes.file(place.qualified(), status.getModificationTime());
    }

    /**
     * Creates a file with this content unless something has that name. Of many callers at once exactly one is told
     * true, and nobody ever sees a part of the content. Object stores without conditional writes cannot promise the
     * first: there content should tell its writers apart.
     *
     * @return true if this call created the file; false if it was there, and was left untouched
     */
    public boolean createExclusively(String uri, byte[] content) throws IOException {
        Place place = place(uri);
        return publication(place).createExclusively(place.path(), content);
    }

    /**
     * Whether this store keeps the promise of {@link #createExclusively} to writers at the same time. An object store
     * is tried with a small object, which is deleted again.
     */
    public boolean keepsFirst(String directory) throws IOException {
        Place place = place(resolve(directory, ".probe-" + UUID.randomUUID()));
        return publication(place).keepsFirst(place.path());
    }

    /**
     * Writes an immutable object whose name no other content ever has. Writing it again is fine; the object appears
     * whole or not at all. A shorter one that is there already was cut short by its store, and is written again.
     *
     * @return what is in the store now
     * @throws IOException also if an object of that name has other content
     */
    public FileInfo write(String uri, Content content) throws IOException {
        Place place = place(uri);
        Written written = writeOnce(place, content);
        if (!written.created() && length(uri) < written.file().bytes()) {
            log().warn("{} has been cut short; it is written again", place.qualified());
            delete(uri);
            written = writeOnce(place, content);
        }
        if (!written.created() && !written.file().sameContent(hashed(uri))) {
            throw new IOException("cannot write " + place.qualified() + ": an object of that name with other content is"
                    + " there already; objects are immutable, so choose another name or delete it");
        }
        return written.file();
    }

    /**
     * Whether a file of that name is there with other content than this; neither if it is not there nor if it is the
     * same.
     */
    public boolean hasOther(String uri, Content content) throws IOException {
        if (!exists(uri)) {
            return false;
        }
        var hashes = new HashingOutputStream(OutputStream.nullOutputStream());
        content.writeTo(hashes);
        return !hashes.file(uri, 0).sameContent(hashed(uri));
    }

    private record Written(boolean created, FileInfo file) {}

    private Written writeOnce(Place place, Content content) throws IOException {
        var hashes = new HashingOutputStream[1];
        boolean created = publication(place).write(place.path(), out -> {
            hashes[0] = new HashingOutputStream(out);
            content.writeTo(hashes[0]);
        });
        return new Written(
                created, hashes[0].file(place.qualified(), file(place).getModificationTime()));
    }

    /** Writes a file, over the one that may be there. Only for views and hints: a reader may rely on nothing in it. */
    public void replace(String uri, byte[] content) throws IOException {
        Place place = place(uri);
        publication(place).replace(place.path(), content);
    }

    /** The files directly in a directory, by URI; none if it is not there. Names that begin with a dot are left out. */
    public List<FileInfo> list(String directory) throws IOException {
        Optional<List<FileInfo>> local =
                LocalReads.path(directory, localByDefault).flatMap(LocalReads::list);
        if (local.isPresent()) {
            return local.get();
        }
        Place place = place(directory);
        try {
            return Listing.of(place.fileSystem()).directly(place.path());
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    /**
     * The files in a directory and below it, or those that a glob matches ({@code * ? [a-z] {a,b}}, where {@code *}
     * stays within one directory), by URI. Names that begin with a dot or an underscore are left out, unless asked for
     * by their exact name.
     *
     * @return none if a glob matches nothing
     * @throws FileNotFoundException if there is no glob in it and nothing has that name
     */
    public List<FileInfo> find(String directoryOrGlob) throws IOException {
        Place place = place(directoryOrGlob);
        Listing listing = Listing.of(place.fileSystem());
        if (place.fileSystem().exists(place.path())) {
            return listing.below(place.fileSystem().getFileStatus(place.path()));
        }
        if (directoryOrGlob.chars().noneMatch(c -> "*?[{".indexOf(c) >= 0)) {
            throw missing(place);
        }
        return listing.matching(place.path());
    }

    /** All files in a directory and below it by URI, hidden and temporary ones too; none if it is not there. */
    public List<FileInfo> everythingBelow(String directory) throws IOException {
        Place place = place(directory);
        try {
            return Listing.of(place.fileSystem()).everythingBelow(place.path());
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    /** Deletes a file, or a directory with all that is in it; it may be gone already. */
    public void delete(String uri) throws IOException {
        Place place = place(uri);
        if (!place.fileSystem().delete(place.path(), true) && place.fileSystem().exists(place.path())) {
            throw new IOException("cannot delete " + place.qualified() + ": the file system refused");
        }
    }

    private record Place(FileSystem fileSystem, Path path) {
        String qualified() {
            return path.toString();
        }
    }

    private Place place(String uri) throws IOException {
        Path path = new Path(uri);
        URI asked = path.toUri();
        Hadoop here = hadoop();
        String scheme = asked.getScheme() == null
                ? FileSystem.getDefaultUri(here.settings()).getScheme()
                : asked.getScheme();
        FileSystem fileSystem = LOCAL.equals(scheme) ? here.disk() : path.getFileSystem(here.settings());
        return new Place(fileSystem, fileSystem.makeQualified(path));
    }

    private AtomicWriter publication(Place place) {
        if (place.fileSystem() instanceof RawLocalFileSystem disk) {
            return new LinkWriter(disk);
        }
        return OBJECT_STORES.contains(place.fileSystem().getScheme())
                ? new ConditionalWriter(place.fileSystem())
                : new RenameWriter(place.fileSystem());
    }

    private static FSDataInputStream open(Place place) throws IOException {
        file(place);
        return place.fileSystem().open(place.path());
    }

    private static FileStatus file(Place place) throws IOException {
        FileStatus status;
        try {
            status = place.fileSystem().getFileStatus(place.path());
        } catch (FileNotFoundException e) {
            throw missing(place);
        }
        if (status.isDirectory()) {
            throw new FileNotFoundException("a file is needed, but " + place.qualified() + " is a directory");
        }
        return status;
    }

    private static FileNotFoundException missing(Place place) {
        String hint = place.qualified().contains("%") ? " (names are taken literally: write a space, not %20)" : "";
        return new FileNotFoundException("there is no " + place.qualified() + hint);
    }
}
