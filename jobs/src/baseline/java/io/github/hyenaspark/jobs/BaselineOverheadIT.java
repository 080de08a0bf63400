package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a round takes besides computing: ours is to be at most a quarter of that of DL4J's parameter averaging. */
class BaselineOverheadIT {
    private static final double MOST = 0.25;

    @TempDir
    Path directory;

    /** Each of DL4J's two ways with the one of ours that sends the same: averaged moments, or none. */
    @ParameterizedTest
    @CsvSource({
        "1000000, 15, 1024, 1024, true, average, fp32",
        "1000000, 15, 1024, 1024, false, reset, int8",
        "10000000, 9, 2048, 2048, true, average, fp32",
        "10000000, 9, 2048, 2048, false, reset, int8",
    })
    void aRoundTakesAQuarterAtMost(
            int parameters,
            int rounds,
            int driverMebibytes,
            int executorMebibytes,
            boolean saveUpdater,
            String innerState,
            String codec)
            throws IOException, InterruptedException {
        var process = new BaselineProcess(driverMebibytes, executorMebibytes);
        JsonNode peer = process.run(directory, PeerRounds.class, "" + parameters, "" + saveUpdater, "" + rounds);
        JsonNode ours = ours(process, parameters, rounds, "train.inner-state=" + innerState, "train.codec=" + codec);
        double peerMillis = peer.get("overhead_ms").doubleValue();
        double ourMillis = ours.get("overhead_ms").doubleValue();
        System.out.printf(
                "parameters %,d | DL4J, saveUpdater %b: %.0f ms (and %.0f computing) | ours, %s, %s: %.0f ms | ratio %.3f%n",
                parameters,
                saveUpdater,
                peerMillis,
                peer.get("compute_ms").doubleValue(),
                innerState,
                codec,
                ourMillis,
                ourMillis / peerMillis);
        assertThat(peer.get("parameters").doubleValue()).isBetween(0.999 * parameters, 1.001 * parameters);
        assertThat(ourMillis / peerMillis).isLessThanOrEqualTo(MOST);
    }

    private JsonNode ours(BaselineProcess process, int parameters, int rounds, String... more)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "bench",
                "round",
                "bench.parameters=" + parameters,
                "bench.rounds=" + rounds,
                "train.workers=2",
                "run.progress=plain"));
        arguments.addAll(List.of(more));
        return process.run(directory, Main.class, arguments.toArray(String[]::new));
    }
}
