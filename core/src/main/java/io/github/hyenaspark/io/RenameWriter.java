package io.github.hyenaspark.io;

import io.github.hyenaspark.io.Storage.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.io.IOUtils;

/**
 * HDFS and the like: writes a hidden temporary file, then renames it, which the name node does atomically.
 *
 * <p>So does Azure's Data Lake Storage ({@code abfs}) for an account with a hierarchical namespace: its create is
 * exclusive too, but the file would be seen empty until it is written. Without such a namespace the client copies and
 * deletes instead; {@link #keepsFirst} tells the two apart by access control lists, which only the former has.
 */
record RenameWriter(FileSystem fileSystem) implements Storage.AtomicWriter {
    private static final Set<String> NAME_NODES = Set.of("hdfs", "viewfs", "webhdfs", "swebhdfs");
    private static final Set<String> AZURE = Set.of("abfs", "abfss");
    private static final String ACLS = "fs.capability.paths.acls";

    @Override
    public boolean write(Path path, Content content) throws IOException {
        // Renaming to a directory would move the file into it.
        if (fileSystem.exists(path) && fileSystem.getFileStatus(path).isDirectory()) {
            throw new IOException("cannot create " + path + ": a directory has that name");
        }
        Path temporary = new Path(path.getParent(), Storage.AtomicWriter.temporaryName(path.getName()));
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

    @Override
    public boolean keepsFirst(Path path) throws IOException {
        String scheme = fileSystem.getUri().getScheme();
        if (NAME_NODES.contains(scheme)) {
            return true;
        }
        try {
            boolean first = write(path, out -> out.write(1));
            boolean second = write(path, out -> out.write(2));
            return first && !second && (!AZURE.contains(scheme) || fileSystem.hasPathCapability(path, ACLS));
        } finally {
            fileSystem.delete(path, false);
        }
    }

    @Override
    public void replace(Path path, Content content) throws IOException {
        Path temporary = new Path(path.getParent(), Storage.AtomicWriter.temporaryName(path.getName()));
        try {
            writeSynced(temporary, content);
            FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf())
                    .rename(temporary, path, Options.Rename.OVERWRITE);
        } catch (UnsupportedFileSystemException e) {
            try (OutputStream out = fileSystem.create(path, true)) {
                content.writeTo(out);
            }
        } finally {
            fileSystem.delete(temporary, false);
        }
    }

    private void writeSynced(Path path, Content content) throws IOException {
        FSDataOutputStream out = fileSystem.create(path, false);
        try {
            content.writeTo(out);
            if (out.hasCapability(StreamCapabilities.HSYNC)) {
                out.hsync();
            }
        } catch (IOException | RuntimeException | Error e) {
            IOUtils.closeStream(out); // of HDFS throws the same exception again, which Java cannot add to itself
            throw e;
        }
        out.close();
    }
}
