package io.github.hyenaspark.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.IdleMachine;
import io.github.hyenaspark.jobs.testing.Script;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a round takes besides computing, only on an idle machine: as users start it, executors of one core each. */
@Tag("endurance")
class RoundSpeedIT {
    private static final Duration LIMIT = Duration.ofMinutes(8);
    private static final double MOST = 0.05;
    private static final int SECONDS = 5;

    @TempDir
    Path directory;

    @Test
    void ofTenMillionParametersAndFiveSecondsATwentiethIsNotComputing() throws Exception {
        IdleMachine.assumeTwoIdleCores();
        JsonNode found = Script.named("hyena")
                .run(
                        directory,
                        LIMIT,
                        "--master",
                        "local-cluster[2,1,2048]",
                        "bench",
                        "round",
                        "bench.parameters=10000000",
                        "bench.seconds=" + SECONDS,
                        "train.codec=int8",
                        "train.down-codec=int8",
                        "train.inner-state=reset")
                .json();
        double overhead = found.get("overhead_ms").doubleValue();
        System.out.printf("besides computing: %.0f ms, of them %s%n", overhead, found.get("ms"));
        assertThat(overhead).isLessThanOrEqualTo(MOST * SECONDS * 1000);
    }
}
