package io.github.hyenaspark.io.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
    /** A listing may take longer than the patience before the store goes away. */
    @Test
    void theTimeBeginsWithTheFirstFailure() throws IOException {
        var attempts = new AtomicInteger();
        String answer = new Patience("endpoint", 1).ask("s3a://bucket/file", () -> {
            if (attempts.incrementAndGet() == 1) {
                sleep(1500);
                throw new ConnectException("Connection refused");
            }
            return "back";
        });
        assertThat(answer).isEqualTo("back");
        assertThat(attempts).hasValue(2);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of nobody else's port 1 on this machine, of a port that is open, and of names that have no address. */
    @Test
    void aStoreIsGivenMoreTimeUnlessNobodyListens() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(new Patience("http://127.0.0.1:" + server.getLocalPort(), 0).listens())
                    .isTrue();
        }
        assertThat(new Patience("http://127.0.0.1:1", 0).listens()).isFalse();
        assertThat(new Patience("127.0.0.1:1", 0).listens()).isFalse();
        assertThat(new Patience("Amazon S3", 0).listens()).isTrue();
        assertThat(new Patience("hdfs://name-service.invalid", 0).listens()).isTrue();
    }
}
