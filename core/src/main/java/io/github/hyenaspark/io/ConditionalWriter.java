package io.github.hyenaspark.io;

import io.github.hyenaspark.io.Storage.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Object stores: an object appears, complete, when its stream is closed. Exclusive creation asks the store to refuse a
 * name that exists, which S3A does from Hadoop 3.4.2 on, and reads back who won: an answer may get lost.
 */
record ConditionalWriter(FileSystem fileSystem) implements Storage.AtomicWriter {
    private static final Logger LOG = LoggerFactory.getLogger(ConditionalWriter.class);

    /** Hadoop's Options have this constant from 3.4.2 on. */
    private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";

    @Override
    public boolean createExclusively(Path path, byte[] content) throws IOException {
        if (fileSystem.exists(path)) {
            return false;
        }
        try {
            upload(path, conditionally(path), out -> out.write(content));
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            if (!fileSystem.exists(path)) {
                throw e;
            }
            LOG.info("creating {} ended with \"{}\"; what is there now decides", path, e.getMessage());
            byte[] found = read(path);
            if (found.length < content.length && Arrays.mismatch(found, content) == found.length) { // cut short
                fileSystem.delete(path, false);
                throw e;
            }
        }
        return Arrays.equals(read(path), content);
    }

    private byte[] read(Path path) throws IOException {
        try (InputStream in = fileSystem.open(path)) {
            return in.readAllBytes();
        }
    }

    @Override
    public boolean write(Path path, Content content) throws IOException {
        if (fileSystem.exists(path)) {
            content.writeTo(OutputStream.nullOutputStream());
            return false;
        }
        upload(path, fileSystem.create(path, true), content);
        return true;
    }

    @Override
    public void replace(Path path, byte[] content) throws IOException {
        upload(path, fileSystem.create(path, true), out -> out.write(content));
    }

    /** Opens both before it closes one: an older S3A looks when it opens, but only the store decides at the close. */
    @Override
    public boolean keepsFirst(Path path) throws IOException {
        byte[] first = {1};
        try {
            upload(path, conditionally(path), late -> {
                upload(path, conditionally(path), out -> out.write(first));
                late.write(2);
            });
        } catch (IOException e) {
            LOG.debug("creating {} twice ended with {}", path, e.toString());
        }
        boolean kept = Arrays.equals(read(path), first);
        fileSystem.delete(path, false);
        return kept;
    }

    private FSDataOutputStream conditionally(Path path) throws IOException {
        FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(path);
        return builder.create()
                .recursive()
                .overwrite(false)
                .opt(CONDITIONAL, true)
                .build();
    }

    /** Closing publishes even after a failure, so incomplete content must be aborted instead. */
    private void upload(Path path, FSDataOutputStream out, Content content) throws IOException {
        try {
            content.writeTo(out);
        } catch (IOException | RuntimeException | Error e) {
            if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
                out.abort();
            } else {
                out.close();
                fileSystem.delete(path, false);
            }
            throw e;
        }
        out.close();
    }
}
