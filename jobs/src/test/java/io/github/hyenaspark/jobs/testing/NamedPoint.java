package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A {@link io.github.hyenaspark.io.TestPoint} at which a process dies, or waits to be let on. Files beside one another
 * say what happened, because the process may be any of several: {@code MARKER.1} with the name of the point is created
 * by the first process that gets there, {@code MARKER.2} by the second, and so on.
 *
 * @param effect what happens there
 * @param message a regular expression, found in the name of the point
 * @param match how many points of one process must match, at least 1
 * @param times how often it happens at most, over all processes; after that the point is passed
 * @param marker begins the names of the marker files; in a directory that is there
 */
public record NamedPoint(Effect effect, String message, int match, int times, Path marker) {
    enum Effect {
        /** The process kills itself by SIGKILL. */
        KILL,
        /** The thread waits until it is released, the rest of the process goes on. */
        HOLD
    }

    private static final long LOOK_NANOS = 5_000_000;

    /** The first process that gets there dies. */
    public static NamedPoint killing(String message, Path marker) {
        return new NamedPoint(Effect.KILL, message, 1, 1, marker);
    }

    /** The first thread that gets there waits. */
    public static NamedPoint holding(String message, Path marker) {
        return new NamedPoint(Effect.HOLD, message, 1, 1, marker);
    }

    /** The same at the n-th match of a process. */
    public NamedPoint atMatch(int n) {
        return new NamedPoint(effect, message, n, times, marker);
    }

    /** The same for so many processes. */
    public NamedPoint times(int n) {
        return new NamedPoint(effect, message, match, n, marker);
    }

    /** What a JVM with {@link KillingPoint} is told. */
    List<String> flags() {
        return List.of(
                "-D" + KillingPoint.EFFECT + "=" + effect,
                "-D" + KillingPoint.AT + "=" + message,
                "-D" + KillingPoint.MATCH + "=" + match,
                "-D" + KillingPoint.TIMES + "=" + times,
                "-D" + KillingPoint.MARKER + "=" + marker.toAbsolutePath());
    }

    /** How many processes got there, the last of {@link #times} at most. */
    public int reached() {
        int reached = 0;
        while (reached < times && Files.exists(file(marker, reached + 1))) {
            reached++;
        }
        return reached;
    }

    /** The message of the n-th process that got there. */
    public String messageOf(int n) throws IOException {
        return Files.readString(file(marker, n));
    }

    /** Waits until a process is there. */
    public void awaitReached(long seconds) {
        awaitReached(1, seconds);
    }

    /** Waits until all processes are there that are counted. */
    public void awaitAll(long seconds) {
        awaitReached(times, seconds);
    }

    private void awaitReached(int processes, long seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (reached() < processes && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        assertThat(reached())
                .as("processes that reached \"%s\" within %d s", message, seconds)
                .isGreaterThanOrEqualTo(processes);
    }

    /** Lets everyone on who waits. */
    public void release() throws IOException {
        Files.writeString(released(marker), "");
    }

    /** Takes one of the times; false if none is left. */
    static boolean take(Path marker, int times, String message) throws IOException {
        int n = 1;
        while (n <= times && !created(file(marker, n))) {
            n++;
        }
        if (n <= times) {
            Files.write(file(marker, n), message.getBytes(StandardCharsets.UTF_8));
        }
        return n <= times;
    }

    private static boolean created(Path file) throws IOException {
        try {
            Files.createFile(file);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    static void awaitRelease(Path marker) {
        while (!Files.exists(released(marker))) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static Path file(Path marker, int n) {
        return marker.resolveSibling(String.format(Locale.ROOT, "%s.%d", marker.getFileName(), n));
    }

    private static Path released(Path marker) {
        return marker.resolveSibling(marker.getFileName() + ".released");
    }
}
