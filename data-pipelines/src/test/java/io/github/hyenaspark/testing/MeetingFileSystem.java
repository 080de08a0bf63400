package io.github.hyenaspark.testing;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * The local disk under the scheme {@code meeting}, where a question about one text is answered once so many others have
 * been asked, and never if they wait for the answer.
 */
public final class MeetingFileSystem extends NamedFileSystem {
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
        return super.getFileStatus(path);
    }
}
