package io.github.hyenaspark.io;

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
 * Object stores: an object appears when its stream is closed, whole or not at all, so nothing is renamed. Exclusive
 * creation asks the store to refuse a name that is taken, which S3A does from Hadoop 3.4.2 on; an older one only looks
 * before it writes. What is there afterwards is read back and decides, because an answer that was lost tells nothing.
 */
final class ConditionalWriter implements AtomicWriter {
    private static final Logger LOG = LoggerFactory.getLogger(ConditionalWriter.class);

    /** The constant in Hadoop's Options is not there before 3.4.2. */
    private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";

    private final FileSystem fileSystem;

    ConditionalWriter(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

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
            if (isCutShort(read(path), content)) {
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

    /** Whether a store that does not keep its promise has taken the beginning of what it was given. */
    private static boolean isCutShort(byte[] found, byte[] content) {
        return found.length < content.length && Arrays.mismatch(found, content) == found.length;
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

    /**
     * Both are open before one is closed: an older S3A looks when it opens, and only the store itself when it closes.
     */
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

    /** Closing publishes, also after a failure; so what is not whole must be aborted instead. */
    private void upload(Path path, FSDataOutputStream out, Content content) throws IOException {
        boolean whole = false;
        try {
            content.writeTo(out);
            whole = true;
        } finally {
            if (!whole) {
                abandon(path, out);
            }
        }
        out.close();
    }

    private void abandon(Path path, FSDataOutputStream out) throws IOException {
        if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
            out.abort();
        } else {
            out.close();
            fileSystem.delete(path, false);
        }
    }
}
