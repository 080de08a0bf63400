package io.github.hyenaspark.io;

import io.github.hyenaspark.io.Storage.Content;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.util.functional.FutureIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Object stores: an object appears, complete, when its stream is closed. Exclusive creation asks the store to refuse a
 * name that exists, which S3A does from Hadoop 3.4.2 on, and reads back who won: an answer may get lost. What must be
 * exclusive goes up in one request, since Ceph's radosgw does not refuse what was uploaded in parts. Google's connector
 * needs no option for it: without overwriting it creates on condition that the object has no generation.
 */
record ConditionalWriter(FileSystem fileSystem) implements Storage.AtomicWriter {
    private static final Logger LOG = LoggerFactory.getLogger(ConditionalWriter.class);

    /** Hadoop's Options have this constant from 3.4.2 on. */
    private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";

    private static final String PART_BYTES = "fs.s3a.multipart.size";
    private static final long DEFAULT_PART_BYTES = 64 << 20;

    @Override
    public boolean createExclusively(Path path, byte[] content) throws IOException {
        if (isThere(path)) {
            return false;
        }
        try {
            uploadAtOnce(path, content);
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            if (!isThere(path)) {
                throw e;
            }
            LOG.info("creating {} ended with \"{}\"; what is there now decides", path, e.getMessage());
            byte[] found = read(path, content.length);
            if (found.length < content.length && Arrays.mismatch(found, content) == found.length) { // cut short
                fileSystem.delete(path, false);
                throw e;
            }
        }
        return Arrays.equals(read(path, content.length), content);
    }

    /** Whether there is an object: one request, and none for a directory of that name. */
    private boolean isThere(Path path) throws IOException {
        try {
            fileSystem.open(path).close();
            return true;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** An object's content, if it has at most {@code most} bytes, and else that many and one more. */
    private byte[] read(Path path, int most) throws IOException {
        try (InputStream in = open(fileSystem, path, most + 1L, Locations.WHOLE)) {
            return in.readNBytes(most + 1);
        }
    }

    /** At most so many bytes of an object, for whose length S3A does not ask then. */
    static FSDataInputStream open(FileSystem fileSystem, Path path, long most, String policy) throws IOException {
        return FutureIO.awaitFuture(fileSystem
                .openFile(path)
                .opt("fs.option.openfile.length", Long.toString(most))
                .opt("fs.option.openfile.read.policy", policy)
                .build());
    }

    @Override
    public boolean write(Path path, Content content) throws IOException {
        boolean conditional = fileSystem.hasPathCapability(path, CONDITIONAL);
        if (!conditional && isThere(path)) {
            return taken(content);
        }
        FSDataOutputStream out;
        try {
            out = conditional ? conditionally(fileSystem, path) : over(path);
        } catch (FileAlreadyExistsException e) {
            return taken(content);
        }
        fill(path, out, content);
        try {
            out.close();
        } catch (IOException e) {
            if (!conditional || !isThere(path)) {
                throw e;
            }
            LOG.debug("writing {} ended with {}; there is one already", path, e.toString());
            return false;
        }
        return true;
    }

    private static boolean taken(Content content) throws IOException {
        content.writeTo(OutputStream.nullOutputStream());
        return false;
    }

    @Override
    public void replace(Path path, Content content) throws IOException {
        FSDataOutputStream out = over(path);
        fill(path, out, content);
        out.close();
    }

    /** Over what may be there, without asking first whether the name belongs to a directory. */
    private FSDataOutputStream over(Path path) throws IOException {
        FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(path);
        return builder.create()
                .recursive()
                .overwrite(true)
                .opt("fs.s3a.create.performance", true)
                .build();
    }

    /** Opens both before it closes one: an older S3A looks when it opens, but only the store decides at the close. */
    @Override
    public boolean keepsFirst(Path path) throws IOException {
        byte[] first = {1};
        try (FSDataOutputStream late = conditionally(fileSystem, path)) {
            uploadAtOnce(path, first);
            late.write(2);
        } catch (IOException e) {
            LOG.debug("creating {} twice ended with {}", path, e.toString());
        }
        boolean kept = Arrays.equals(read(path, first.length), first);
        fileSystem.delete(path, false);
        return kept;
    }

    /** Through a client whose parts are larger than the content: S3A sends in one request what fits into a part. */
    private void uploadAtOnce(Path path, byte[] content) throws IOException {
        if (content.length < fileSystem.getConf().getLongBytes(PART_BYTES, DEFAULT_PART_BYTES)) {
            upload(fileSystem, path, content);
            return;
        }
        var settings = new Configuration(fileSystem.getConf());
        String bucket = "fs.s3a.bucket." + fileSystem.getUri().getAuthority();
        settings.setLong(PART_BYTES.replace("fs.s3a", bucket), content.length + 1L); // a bucket's own size would win
        try (FileSystem other = FileSystem.newInstance(fileSystem.getUri(), settings)) {
            upload(other, path, content);
        }
    }

    private void upload(FileSystem by, Path path, byte[] content) throws IOException {
        FSDataOutputStream out = conditionally(by, path);
        fill(path, out, to -> to.write(content));
        out.close();
    }

    private static FSDataOutputStream conditionally(FileSystem by, Path path) throws IOException {
        FSDataOutputStreamBuilder<?, ?> builder = by.createFile(path);
        return builder.create()
                .recursive()
                .overwrite(false)
                .opt(CONDITIONAL, true)
                .build();
    }

    /** Closing publishes even after a failure, so incomplete content must be aborted instead. */
    private void fill(Path path, FSDataOutputStream out, Content content) throws IOException {
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
    }
}
