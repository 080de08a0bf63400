package io.github.hyenaspark.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathFilter;
import org.apache.hadoop.fs.RemoteIterator;
import org.jspecify.annotations.Nullable;

/** Finds files in one file system. */
record Listing(FileSystem fileSystem) {
    /**
     * Hidden folders that are shown, because what lies beside them is a table of Delta Lake or Hudi, not just files.
     */
    private static final Set<String> TABLE_LOGS = Set.of("_delta_log", ".hoodie");

    List<FileInfo> directly(Path directory) throws IOException {
        List<FileInfo> files = new ArrayList<>();
        for (FileStatus status : fileSystem.listStatus(directory)) {
            if (status.isFile() && !status.getPath().getName().startsWith(".")) {
                files.add(listed(status));
            }
        }
        return sorted(files);
    }

    /**
     * A file itself, or every file below a directory, hidden ones only if asked for.
     *
     * @param flat whether the store has no directories: then one listing has all files
     */
    List<FileInfo> below(Path start, boolean flat, boolean hidden) throws IOException {
        List<FileInfo> files = new ArrayList<>();
        below(start, flat, hidden, files::add);
        return sorted(files);
    }

    /** The same, given one by one, in no order that matters. */
    void below(Path start, boolean flat, boolean hidden, Consumer<FileInfo> files) throws IOException {
        if (!flat) {
            collect(fileSystem.getFileStatus(start), path -> hidden || visible(path), files);
            return;
        }
        RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(start, true);
        while (all.hasNext()) {
            FileStatus status = all.next();
            if (hidden || visible(start, status.getPath())) {
                files.accept(listed(status));
            }
        }
    }

    /** The files directly in a directory, hidden ones too, in no order; returns the URIs of the directories in it. */
    List<String> directly(Path directory, Consumer<FileInfo> files) throws IOException {
        List<String> directories = new ArrayList<>();
        RemoteIterator<FileStatus> children = fileSystem.listStatusIterator(directory);
        while (children.hasNext()) {
            FileStatus child = children.next();
            if (child.isDirectory()) {
                directories.add(child.getPath().toString());
            } else {
                files.accept(listed(child));
            }
        }
        return directories;
    }

    /** Whether no name between the two is hidden. */
    private static boolean visible(Path start, Path file) {
        return file.equals(start) || (visible(file) && visible(start, file.getParent()));
    }

    /** Files that match a glob or lie below a match. Hadoop's {@code globStatus} fails at names with a colon. */
    List<FileInfo> matching(Path glob) throws IOException {
        List<FileInfo> files = new ArrayList<>();
        URI place = glob.toUri();
        for (String pattern : GlobExpander.expand(place.getPath())) {
            List<Match> matches = List.of(new Match(new Path(place.getScheme(), place.getAuthority(), "/"), null));
            for (String name : pattern.replaceFirst("^/+", "").split("/+", -1)) {
                matches = children(matches, name);
            }
            for (Match match : matches) {
                collect(match, files);
            }
        }
        return sorted(files);
    }

    /** A path that matches so far; without a status if it may not exist. */
    private record Match(Path path, @Nullable FileStatus status) {}

    private List<Match> children(List<Match> parents, String name) throws IOException {
        GlobFilter filter = new GlobFilter(name, Listing::visible);
        List<Match> children = new ArrayList<>();
        for (Match parent : parents) {
            if (!filter.hasPattern()) {
                String literal = name.replaceAll("\\\\(.)", "$1");
                children.add(
                        new Match(new Path(parent.path().toString().replaceFirst("/$", "") + "/" + literal), null));
            } else if (parent.status() == null || parent.status().isDirectory()) {
                for (FileStatus child : childrenIfThere(parent.path(), filter)) {
                    children.add(new Match(child.getPath(), child));
                }
            }
        }
        return children;
    }

    private List<FileStatus> childrenIfThere(Path directory, PathFilter filter) throws IOException {
        try {
            return Arrays.stream(fileSystem.listStatus(directory, filter))
                    .filter(child -> !child.getPath().equals(directory)) // a file is listed as itself
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private void collect(Match match, List<FileInfo> files) throws IOException {
        FileStatus status = match.status();
        try {
            status = status == null ? fileSystem.getFileStatus(match.path()) : status;
        } catch (FileNotFoundException e) {
            return; // the last part of the glob is a plain name that does not exist in this directory
        }
        collectIfThere(status, Listing::visible, files::add);
    }

    /** A directory that has been deleted since its parent was listed has no files; its siblings keep theirs. */
    private void collectIfThere(FileStatus status, PathFilter filter, Consumer<FileInfo> files) throws IOException {
        try {
            collect(status, filter, files);
        } catch (FileNotFoundException e) {
            // nothing is lost: its files are gone too
        }
    }

    private void collect(FileStatus status, PathFilter filter, Consumer<FileInfo> files) throws IOException {
        if (status.isFile()) {
            files.accept(listed(status));
            return;
        }
        RemoteIterator<FileStatus> children = fileSystem.listStatusIterator(status.getPath());
        while (children.hasNext()) {
            FileStatus child = children.next();
            if (filter.accept(child.getPath())) {
                collectIfThere(child, filter, files);
            }
        }
    }

    private static boolean visible(Path path) {
        return visible(path.getName());
    }

    static boolean visible(String name) {
        return (!name.startsWith(".") && !name.startsWith("_")) || TABLE_LOGS.contains(name);
    }

    static FileInfo listed(FileStatus status) {
        String etag = status instanceof EtagSource source ? source.getEtag() : "";
        return FileInfo.listed(
                status.getPath().toString(),
                status.getLen(),
                status.getModificationTime(),
                etag == null ? "" : unquoted(etag));
    }

    /** Hadoop 3.4 gives the tags of S3 in the quotes in which they travel, Hadoop 3.3 without. */
    private static String unquoted(String etag) {
        return etag.replaceFirst("^\"(.*)\"$", "$1");
    }

    private static List<FileInfo> sorted(List<FileInfo> files) {
        return files.stream()
                .distinct()
                .sorted(Comparator.comparing(FileInfo::uri))
                .toList();
    }
}
