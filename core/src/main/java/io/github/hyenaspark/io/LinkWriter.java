package io.github.hyenaspark.io;

import io.github.hyenaspark.io.Storage.Content;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local disk: links a hidden temporary file to its name, which is atomic and refuses a name that exists. */
record LinkWriter(RawLocalFileSystem fileSystem) implements Storage.AtomicWriter {
    @Override
    public boolean write(org.apache.hadoop.fs.Path path, Content content) throws IOException {
        Path target = local(path);
        Path temporary = temporary(target);
        try {
            writeForced(temporary, content);
            Files.createLink(target, temporary);
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException e) {
            throw new IOException(
                    "cannot create " + path + ": the disk has no hard links, which make creation exclusive;"
                            + " choose a directory on another file system",
                    e);
        } finally {
            Files.deleteIfExists(temporary);
        }
        force(directory(target));
        return true;
    }

    @Override
    public void replace(org.apache.hadoop.fs.Path path, Content content) throws IOException {
        Path target = local(path);
        Path temporary = temporary(target);
        try {
            writeForced(temporary, content);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        force(directory(target));
    }

    private Path local(org.apache.hadoop.fs.Path path) throws IOException {
        Path target = fileSystem.pathToFile(path).toPath();
        createDirectories(directory(target));
        return target;
    }

    private static Path directory(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IOException("cannot create " + file + ": it is the root of the disk");
        }
        return parent;
    }

    private static Path temporary(Path target) {
        return target.resolveSibling(
                Storage.AtomicWriter.temporaryName(target.getFileName().toString()));
    }

    private static void writeForced(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            var out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    /** A new directory survives a crash only if its parent is forced to the disk, too. */
    private static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        try {
            Files.createDirectories(directory);
        } catch (NoSuchFileException e) { // what /proc says of a name that it does not have
            throw new AccessDeniedException(directory + "", null, "no directory can be made there");
        }
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
