package io.github.hyenaspark.testing;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.MD5MD5CRC32CastagnoliFileChecksum;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.MD5Hash;

/**
 * The local disk under the scheme {@code meeting}, where a question about one text is answered once so many others have
 * been asked, and never if they wait for the answer.
 */
public final class MeetingFileSystem extends NamedFileSystem {
    /** How often checksums were asked for. */
    public static final AtomicInteger ASKED = new AtomicInteger();

    private static final int SECONDS = 20;
    private static volatile CountDownLatch missing = new CountDownLatch(0);

    private final ThreadLocal<Boolean> lists = ThreadLocal.withInitial(() -> false);

    /** Storage that serves {@code meeting:} too, where questions about texts wait for one another. */
    public static Storage storage(int questions) {
        missing = new CountDownLatch(questions);
        return Storage.of(Map.of("fs.meeting.impl", MeetingFileSystem.class.getName()));
    }

    @Override
    public String getScheme() {
        return "meeting";
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        lists.set(true);
        try {
            return super.listStatus(path);
        } finally {
            lists.set(false);
        }
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        if (!lists.get() && path.getName().endsWith(".txt")) {
            meet(path);
        }
        return super.getFileStatus(path);
    }

    /** As HDFS has it. */
    @Override
    public FileChecksum getFileChecksum(Path path, long length) throws IOException {
        meet(path);
        ASKED.incrementAndGet();
        byte[] content = Files.readAllBytes(pathToFile(path).toPath());
        return new MD5MD5CRC32CastagnoliFileChecksum(0, 0, MD5Hash.digest(content));
    }

    private static void meet(Path path) throws IOException {
        missing.countDown();
        try {
            if (!missing.await(SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(missing.getCount() + " questions have not been asked beside " + path);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted at " + path);
        }
    }
}
