package io.github.hyenaspark.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ResultsTest {
    private static OutputStream failing(String why) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(why);
            }
        };
    }

    @Test
    void whatIsWrittenIsThereAndNothingIsLost() {
        var out = new ByteArrayOutputStream();
        Console.Results results = Console.Results.to(out);
        results.println("Köln");
        assertThat(results.failure()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Köln" + System.lineSeparator());
    }

    @Test
    void aFullDiskIsRemembered() {
        Console.Results results = Console.Results.to(failing("No space left on device"));
        results.println("a result");
        results.println("another");
        assertThat(results.failure())
                .hasValueSatisfying(failure -> assertThat(failure).hasMessage("No space left on device"));
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoFailure() {
        Console.Results results = Console.Results.to(failing("Broken pipe"));
        results.println("a result");
        assertThat(results.failure()).isEmpty();
    }
}
