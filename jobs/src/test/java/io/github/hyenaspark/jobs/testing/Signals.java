package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Signals to processes that a test has started, and the executors among them. */
public final class Signals {
    private static final Pattern EXECUTOR = Pattern.compile("CoarseGrainedExecutorBackend\0.*--executor-id\0(\\d+)\0");
    private static final long LOOK_NANOS = 20_000_000;

    private Signals() {}

    /** The process stands still: it neither computes nor answers, and its sockets stay open. */
    public static void pause(ProcessHandle process) throws IOException, InterruptedException {
        send("STOP", process);
    }

    /** It goes on where it stood still. */
    public static void wake(ProcessHandle process) throws IOException, InterruptedException {
        send("CONT", process);
    }

    /** A signal by its name without SIG. */
    public static void send(String signal, ProcessHandle process) throws IOException, InterruptedException {
        int code = new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(code).as("kill -%s %d", signal, process.pid()).isZero();
    }

    /** The executors of a driver on a local cluster that live now, by the number that Spark gave them. */
    static Map<Integer, ProcessHandle> executors(Process driver) throws IOException {
        Map<Integer, ProcessHandle> executors = new TreeMap<>();
        List<ProcessHandle> children;
        try (Stream<ProcessHandle> all = driver.descendants()) {
            children = all.toList();
        }
        for (ProcessHandle child : children) {
            Matcher matcher = EXECUTOR.matcher(commandLine(child));
            if (matcher.find()) {
                executors.put(Integer.valueOf(matcher.group(1)), child);
            }
        }
        return executors;
    }

    /** Waits until a driver has so many executors. */
    public static Map<Integer, ProcessHandle> awaitExecutors(HyenaProcess.Running driver, int count)
            throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        Map<Integer, ProcessHandle> executors = executors(driver.process());
        while (executors.size() < count && driver.process().isAlive() && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
            executors = executors(driver.process());
        }
        assertThat(executors)
                .as("executors of a driver that said:\n%s", Files.readString(driver.messages()))
                .hasSizeGreaterThanOrEqualTo(count);
        return executors;
    }

    /** Not {@link ProcessHandle.Info}, which has no command lines of more than a page. */
    private static String commandLine(ProcessHandle process) {
        try {
            Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended meanwhile
        }
    }
}
