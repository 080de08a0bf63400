package io.github.hyenaspark.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StopTest {
    /**
     * A command that waits for a thread whose memory runs out, as Spark's driver does for those that take results; with
     * an argument it waits to be told to stop, and takes a moment to save, or is done and takes a moment to end.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Stop stop = Stop.ofProcess(new Heartbeat(System.err));
        stop.arm("hyena train");
        if (arguments.length > 0) {
            stop.with(new Stop.Last() {
                @Override
                public void save() {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
                }

                @Override
                public String says(String why) {
                    return "saved";
                }
            });
            if (arguments[0].equals("done")) {
                stop.done(0);
                System.err.println("ready");
                TimeUnit.SECONDS.sleep(2);
                System.exit(0);
            }
            System.err.println("ready");
            TimeUnit.MINUTES.sleep(1);
        }
        var taking = new Thread(() -> {
            throw new OutOfMemoryError("Java heap space");
        });
        taking.start();
        TimeUnit.MINUTES.sleep(1);
    }

    /** {@link #main} in a process of its own. */
    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StopTest.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** What a process says from the moment on at which it may be told to stop. */
    private static BufferedReader ready(Process process) {
        var said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(said.lines().anyMatch("ready"::equals)).isTrue();
        return said;
    }

    /** A scheduler signals a whole process group, and a script in it passes the signal on. */
    @Test
    @Timeout(60)
    void aSigtermThatComesTwiceAtOnceIsOne() throws IOException, InterruptedException {
        Process process = start("waits");
        BufferedReader said = ready(process);
        process.toHandle().destroy();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        process.toHandle().destroy();
        assertThat(said.lines()).contains("hyena train: saved");
        assertThat(process.waitFor()).isEqualTo(ExitCode.TERMINATED.code());
    }

    /** What it found is printed by then, so nothing else may be said of it. */
    @Test
    @Timeout(60)
    void aCommandThatIsDoneIsNotStoppedAnyMore() throws IOException, InterruptedException {
        Process process = start("done");
        BufferedReader said = ready(process);
        process.toHandle().destroy();
        assertThat(said.lines()).isEmpty();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    @Timeout(60)
    void aCommandEndsWhenTheMemoryOfAnyOfItsThreadsRunsOut() throws IOException, InterruptedException {
        Process process = start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said)
                .contains("hyena train: memory ran out: Java heap space; provide more")
                .endsWith("stopped; the same command begins again\n");
        assertThat(process.waitFor()).isEqualTo(ExitCode.FAILED.code());
    }
}
