package io.github.hyenaspark.io;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** HDFS and its kind: a hidden temporary file is written, then renamed; the name node renames atomically. */
final class RenameWriter implements AtomicWriter {
    private final FileSystem fileSystem;

    RenameWriter(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    @Override
    public boolean createExclusively(Path path, byte[] content) throws IOException {
        return write(path, out -> out.write(content));
    }

    @Override
    public boolean write(Path path, Content content) throws IOException {
        // A rename onto a directory would succeed by moving the file into it.
        if (fileSystem.exists(path) && fileSystem.getFileStatus(path).isDirectory()) {
            throw new IOException("cannot create " + path + ": a directory has that name");
        }
        Path temporary = new Path(path.getParent(), AtomicWriter.temporaryName(path.getName()));
        try {
            writeSynced(temporary, content);
            if (fileSystem.rename(temporary, path)) {
                return true;
            }
            if (fileSystem.exists(path)) {
                return false;
            }
            throw new IOException("cannot rename " + temporary + " to " + path + ": the file system refused");
        } finally {
            fileSystem.delete(temporary, false);
        }
    }

    /** The file system promises it. */
    @Override
    public boolean keepsFirst(Path path) {
        return true;
    }

    @Override
    public void replace(Path path, byte[] content) throws IOException {
        Path temporary = new Path(path.getParent(), AtomicWriter.temporaryName(path.getName()));
        try {
            writeSynced(temporary, out -> out.write(content));
            FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf())
                    .rename(temporary, path, Options.Rename.OVERWRITE);
        } catch (UnsupportedFileSystemException e) {
            overwrite(path, content);
        } finally {
            fileSystem.delete(temporary, false);
        }
    }

    private void overwrite(Path path, byte[] content) throws IOException {
        try (OutputStream out = fileSystem.create(path, true)) {
            out.write(content);
        }
    }

    private void writeSynced(Path path, Content content) throws IOException {
        try (FSDataOutputStream out = fileSystem.create(path, false)) {
            content.writeTo(out);
            if (out.hasCapability(StreamCapabilities.HSYNC)) {
                out.hsync();
            }
        }
    }
}
