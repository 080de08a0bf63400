package io.github.hyenaspark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.RangeReader.PatientStream;
import io.github.hyenaspark.io.store.Patience;
import io.github.hyenaspark.io.store.StoreException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class PatientStreamTest {
    private static final byte[] CONTENT = {3, 1, 4, 1, 5, 9, 2, 6};

    /** Gives three bytes at a time, and each time fails before. */
    private static PatientStream stream(IOException failure, int seconds) {
        InputStream below = new BulkInputStream() {
            private final InputStream bytes = new ByteArrayInputStream(CONTENT);
            private boolean fails;

            @Override
            public int read(byte[] to, int at, int count) throws IOException {
                fails = !fails;
                if (fails) {
                    throw failure;
                }
                return bytes.read(to, at, Math.min(3, count));
            }
        };
        return new PatientStream(below, "s3a://bucket/file", new Patience("endpoint", seconds));
    }

    @Test
    void aStoreThatComesBackLosesNoByte() throws IOException {
        assertThat(stream(new ConnectException("Connection refused"), 5).readAllBytes())
                .isEqualTo(CONTENT);
    }

    @Test
    void aStoreThatStaysAwayIsNamed() {
        InputStream gone = new PatientStream(
                new BulkInputStream() {
                    @Override
                    public int read(byte[] to, int at, int count) throws IOException {
                        throw new ConnectException("Connection refused");
                    }
                },
                "s3a://bucket/file",
                new Patience("endpoint", 0));
        assertThatThrownBy(gone::readAllBytes)
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("s3a://bucket/file at endpoint: it does not answer; ");
    }

    @Test
    void anotherFailureIsNotRepeated() {
        var failure = new IOException("the wrong bytes");
        assertThatThrownBy(stream(failure, 5)::readAllBytes).isSameAs(failure);
    }
}
