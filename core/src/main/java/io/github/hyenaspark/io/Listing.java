package io.github.hyenaspark.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Finds files in one file system. */
final class Listing {
    private final FileSystem fileSystem;

    private Listing(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    static Listing of(FileSystem fileSystem) {
        return new Listing(fileSystem);
    }

    List<StoredFile> directly(Path directory) throws IOException {
        List<StoredFile> files = new ArrayList<>();
        for (FileStatus status : fileSystem.listStatus(directory)) {
            if (status.isFile() && !status.getPath().getName().startsWith(".")) {
                files.add(listed(status));
            }
        }
        return sorted(files);
    }

    /** A file itself, or everything in a directory that is not hidden. */
    List<StoredFile> below(FileStatus start) throws IOException {
        List<StoredFile> files = new ArrayList<>();
        collect(start, files);
        return sorted(files);
    }

    List<StoredFile> matching(Path glob) throws IOException {
        List<StoredFile> files = new ArrayList<>();
        for (FileStatus status : fileSystem.globStatus(glob, Listing::visible)) {
            collect(status, files);
        }
        return sorted(files);
    }

    private void collect(FileStatus status, List<StoredFile> files) throws IOException {
        if (status.isFile()) {
            files.add(listed(status));
            return;
        }
        for (FileStatus child : fileSystem.listStatus(status.getPath(), Listing::visible)) {
            collect(child, files);
        }
    }

    private static boolean visible(Path path) {
        return !path.getName().startsWith(".") && !path.getName().startsWith("_");
    }

    private static StoredFile listed(FileStatus status) {
        return new StoredFile(status.getPath().toString(), status.getLen(), "", -1, status.getModificationTime());
    }

    private static List<StoredFile> sorted(List<StoredFile> files) {
        return files.stream()
                .distinct()
                .sorted(Comparator.comparing(StoredFile::uri))
                .toList();
    }
}
