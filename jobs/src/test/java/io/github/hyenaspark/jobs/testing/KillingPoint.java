package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * When its process reaches a {@link NamedPoint}, it kills the process or holds the thread; and what tasks have read it
 * notes in a file, if {@value #READ_LOG} names one. The point is in system properties, by {@link NamedPoint#flags};
 * without them nothing happens.
 */
public final class KillingPoint implements TestPoint.Observer {
    /** System property: the file that lists what tasks have read, a line for each batch. */
    public static final String READ_LOG = "hyena.read.log";

    static final String EFFECT = "hyena.kill.effect";
    static final String AT = "hyena.kill.at";
    static final String MATCH = "hyena.kill.count";
    static final String TIMES = "hyena.kill.times";
    static final String MARKER = "hyena.kill.marker";

    private static final String NOTHING = "(?!)";
    private static final Pattern READ = Pattern.compile("worker \\d+ has read .*");

    private final Pattern point = Pattern.compile(System.getProperty(AT, NOTHING));
    private final int match = Integer.getInteger(MATCH, 1);
    private final int times = Integer.getInteger(TIMES, 1);
    private final Path marker = Path.of(System.getProperty(MARKER, ""));
    private final boolean kills = NamedPoint.Effect.KILL.name().equals(System.getProperty(EFFECT));
    private final String readLog = System.getProperty(READ_LOG, "");
    private final AtomicInteger matches = new AtomicInteger();

    @Override
    public void reached(String name) {
        try {
            if (!readLog.isEmpty() && READ.matcher(name).matches()) {
                note(name);
            }
            if (point.matcher(name).find() && matches.incrementAndGet() == match) {
                act(name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mark the point " + marker, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void note(String read) throws IOException {
        Files.write(
                Path.of(readLog),
                (read + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private void act(String name) throws IOException, InterruptedException {
        if (!NamedPoint.take(marker, times, name)) {
            return;
        }
        if (kills) {
            kill();
        } else {
            NamedPoint.awaitRelease(marker);
        }
    }

    /** No shutdown hook runs, and this thread gets no further. */
    private static void kill() throws IOException, InterruptedException {
        String self = Long.toString(ProcessHandle.current().pid());
        new ProcessBuilder("/bin/sh", "-c", "kill -9 " + self).start().waitFor();
        new CountDownLatch(1).await();
    }
}
