package io.github.hyenaspark.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads of the local disk without the slow start of Hadoop; empty where {@link Storage} had better ask Hadoop. */
final class LocalReads {
    private static final String SCHEME = "file:";
    private static final char UNKNOWN = '\uFFFD'; // what stands for bytes that are no character

    private static final int SORTED_TOGETHER = 1 << 16;

    private LocalReads() {}

    /** The file that a URI names; {@code byDefault} says whether paths without a scheme are on the local disk. */
    static Optional<Path> path(String uri, boolean byDefault) {
        boolean local = uri.startsWith(SCHEME + "/");
        String path = local ? uri.substring(SCHEME.length()) : uri;
        boolean authority = path.startsWith("//") && !path.startsWith("///");
        boolean elsewhere = !local && (!byDefault || path.indexOf(':') >= 0);
        if (path.isEmpty() || authority || elsewhere) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(path).toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Whether there is a file or a directory; empty if that cannot be told. */
    static Optional<Boolean> exists(Path file) {
        return Files.exists(file) ? Optional.of(true) : Files.notExists(file) ? Optional.of(false) : Optional.empty();
    }

    /** The files directly in a directory, as {@link Listing#directly} gives them; none if it is missing. */
    static Optional<List<FileInfo>> list(Path directory) {
        List<FileInfo> files = new ArrayList<>();
        if (Files.notExists(directory)) {
            return Optional.of(files);
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                BasicFileAttributes attributes = Files.readAttributes(child, BasicFileAttributes.class);
                if (attributes.isRegularFile()
                        && !child.getFileName().toString().startsWith(".")) {
                    long modified = attributes.lastModifiedTime().toMillis();
                    files.add(FileInfo.listed(SCHEME + child, attributes.size(), modified, ""));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty();
        }
        files.sort((one, other) -> one.uri().compareTo(other.uri()));
        return Optional.of(files);
    }

    /**
     * Gives the files below a directory as {@link Listing#below} does, with one question about each. Many in one
     * directory come in a few long runs of ascending names, whatever the order of the file system.
     */
    static void below(Path directory, Consumer<FileInfo> files) throws IOException {
        List<Path> some = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(
                directory, child -> Listing.visible(child.getFileName().toString()))) {
            for (Path child : children) {
                some.add(child);
                if (some.size() == SORTED_TOGETHER) {
                    below(some, files);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        below(some, files);
    }

    private static void below(List<Path> children, Consumer<FileInfo> files) throws IOException {
        children.sort(Comparator.comparing(Path::toString));
        for (Path child : children) {
            below(child, attributes(child), files);
        }
        children.clear();
    }

    private static void below(Path child, Optional<BasicFileAttributes> attributes, Consumer<FileInfo> files)
            throws IOException {
        if (attributes.isPresent() && attributes.get().isDirectory()) {
            try {
                below(child, files);
            } catch (NoSuchFileException e) {
                // deleted since its parent was listed
            }
        } else if (attributes.isPresent()) {
            refuseUnlessReadable(child.toString());
            long modified = attributes.get().lastModifiedTime().toMillis();
            files.accept(FileInfo.listed(SCHEME + child, attributes.get().size(), modified, ""));
        }
    }

    /** A name of other bytes than this JVM's encoding reads with a sign in their place, by which nothing is found. */
    private static void refuseUnlessReadable(String name) {
        if (name.indexOf(UNKNOWN) >= 0 && Files.notExists(Path.of(name))) {
            throw new IllegalArgumentException("the name of " + name + " is not UTF-8: rename it, or, if other programs"
                    + " show it rightly, set LC_ALL=C.UTF-8 in the environment");
        }
    }

    /** Of a file that may have been deleted since it was listed. */
    private static Optional<BasicFileAttributes> attributes(Path file) throws IOException {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Gives the names of all files in and below a directory, which takes no question about each; none if it is missing.
     */
    static void names(Path directory, String prefix, Consumer<String> names) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                String name = prefix + child.getFileName();
                if (name.indexOf('.', prefix.length()) < 0 && Files.isDirectory(child)) { // files here have an ending
                    names(child, name + "/", names);
                } else {
                    names.accept(name);
                }
            }
        } catch (NoSuchFileException e) {
            // an empty folder of a dataset does not exist
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    static Optional<byte[]> read(Path file) {
        try {
            return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The bytes of a file of a known length; the caller closes it. */
    static Optional<InputStream> open(Path file, long bytes) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == bytes
                    ? Optional.of(new BufferedInputStream(Files.newInputStream(file)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
