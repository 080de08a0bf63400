package io.github.hyenaspark.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
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

    private List<String> quiet() {
        return bytes.toString(UTF_8)
                .lines()
                .map(line -> line.replaceFirst(".* nothing to report for ", ""))
                .toList();
    }

    @Test
    void silenceIsBrokenAfterTenSecondsThenLessOften() throws IOException {
        seconds(1, 9);
        assertThat(bytes.size()).isZero();
        seconds(10, 10);
        assertThat(bytes.toString(UTF_8))
                .isEqualTo("hyena train: still working, 0:00:10 since the start; nothing to report for 10 s\n");
        seconds(11, 251);
        assertThat(quiet()).containsExactly("10 s", "30 s", "70 s", "130 s", "190 s", "250 s");
    }

    /** Otherwise there would be a line between any two rounds that take longer than the first silence. */
    @Test
    void whatIsSaidEndsASilenceAndTheNextIsBrokenLater() throws IOException {
        seconds(1, 11);
        bytes.reset();
        heartbeat.write('x');
        seconds(0, 19);
        assertThat(bytes.toString(UTF_8)).isEqualTo("x");
        seconds(20, 31);
        assertThat(quiet()).as("a line of its own").containsExactly("x", "20 s");
    }

    @Test
    void theLastLineIsALineOfItsOwn() throws IOException {
        heartbeat.write("train 3/20 rounds".getBytes(UTF_8));
        heartbeat.last("hyena train: stopped");
        assertThat(bytes.toString(UTF_8)).isEqualTo("train 3/20 rounds\nhyena train: stopped\n");
    }

    @Test
    void resultsEndASilenceToo() throws IOException {
        var results = new ByteArrayOutputStream();
        seconds(1, 11);
        bytes.reset();
        try (OutputStream heard = heartbeat.hearing(results)) {
            heard.write("text".getBytes(UTF_8));
            heard.write('!');
        }
        assertThat(results.toString(UTF_8)).isEqualTo("text!");
        seconds(0, 19);
        assertThat(bytes.size()).isZero();
        seconds(20, 31);
        assertThat(quiet()).containsExactly("20 s");
    }

    @Test
    void nothingFollowsTheLastLine() throws IOException {
        heartbeat.write("1 of 9 rounds\n".getBytes(UTF_8));
        heartbeat.last("hyena train: stopped");
        heartbeat.write("2 of 9 rounds\n".getBytes(UTF_8));
        heartbeat.write('x');
        seconds(10, 130);
        assertThat(bytes.toString(UTF_8)).isEqualTo("1 of 9 rounds\nhyena train: stopped\n");
    }
}
