package io.github.hyenaspark.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StopTest {
    /** A command that waits for a thread whose memory runs out, as Spark's driver does for those that take results. */
    public static void main(String[] arguments) throws InterruptedException {
        Stop.ofProcess(new Heartbeat(System.err)).arm("hyena train");
        var taking = new Thread(() -> {
            throw new OutOfMemoryError("Java heap space");
        });
        taking.start();
        TimeUnit.MINUTES.sleep(1);
    }

    @Test
    @Timeout(60)
    void aCommandEndsWhenTheMemoryOfAnyOfItsThreadsRunsOut() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StopTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said)
                .contains("hyena train: memory ran out: Java heap space; provide more")
                .endsWith("stopped; the same command begins again\n");
        assertThat(process.waitFor()).isEqualTo(ExitCode.FAILED.code());
    }
}
