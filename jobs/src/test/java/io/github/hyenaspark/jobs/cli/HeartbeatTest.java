package io.github.hyenaspark.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Heartbeat heartbeat = new Heartbeat(bytes);
    private final long start = System.nanoTime();

    private void seconds(int from, int to) throws IOException {
        for (int second = from; second <= to; second++) {
            heartbeat.beat("hyena train", start + TimeUnit.SECONDS.toNanos(second));
        }
    }

    @Test
    void silenceIsBrokenAfterTenSecondsThenAfterTwenty() throws IOException {
        seconds(1, 9);
        assertThat(bytes.size()).isZero();
        seconds(10, 39);
        assertThat(bytes.toString(UTF_8)).isEqualTo("""
                        hyena train: still working, 0:00:10 since the start; nothing to report for 10 s
                        hyena train: still working, 0:00:20 since the start; nothing to report for 20 s
                        """);
    }

    @Test
    void whatIsSaidByOthersEndsTheSilence() throws IOException {
        seconds(1, 11);
        heartbeat.write('x');
        bytes.reset();
        seconds(0, 9);
        assertThat(bytes.size()).isZero();
        seconds(10, 19);
        assertThat(bytes.toString(UTF_8)).endsWith("nothing to report for 10 s\n");
    }

    @Test
    void nothingFollowsTheLastLine() throws IOException {
        heartbeat.write("1 of 9 rounds\n".getBytes(UTF_8));
        heartbeat.last("hyena train: stopped");
        heartbeat.write("2 of 9 rounds\n".getBytes(UTF_8));
        heartbeat.write('x');
        seconds(10, 60);
        assertThat(bytes.toString(UTF_8)).isEqualTo("1 of 9 rounds\nhyena train: stopped\n");
    }
}
