package io.github.hyenaspark.io;

import io.github.hyenaspark.io.Storage.Content;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local disk: links a hidden temporary file to its name, which is atomic and refuses a name that exists. */
record LinkWriter(RawLocalFileSystem fileSystem) implements Storage.AtomicWriter {
    @Override
    public boolean write(org.apache.hadoop.fs.Path path, Content content) throws IOException {
        Path target = local(path);
        Path temporary = temporary(target);
        try {
            writeForced(temporary, content);
            link(target, temporary);
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(temporary);
        }
        force(directory(target));
        return true;
    }

    private static void link(Path target, Path temporary) throws IOException {
        try {
            Files.createLink(target, temporary);
        } catch (FileSystemException e) {
            throw explained(e);
        }
    }

    /** Disks without hard links, such as FAT and some network mounts, say it in several ways. */
    static FileSystemException explained(FileSystemException refusal) {
        String reason = String.valueOf(refusal.getReason());
        boolean linkless = List.of("Operation not permitted", "Operation not supported", "Function not implemented")
                .contains(reason);
        return linkless ? new FileSystemException(refusal.getFile(), null, "no hard links (" + reason + ")") : refusal;
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
