package io.github.hyenaspark.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class RoundBenchIT {
    private static final int PARAMETERS = 200_000;

    private static JsonNode bench(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "bench",
                "round",
                "bench.parameters=" + PARAMETERS,
                "bench.rounds=2",
                "bench.warm-up-rounds=3",
                "run.progress=plain"));
        arguments.addAll(List.of(more));
        return SmallRun.bare("local[2]", arguments).json();
    }

    @Test
    void bytesAreThoseOfTheCodecAndPhasesAddUp() throws IOException {
        JsonNode found = bench("train.codec=int8", "train.inner-state=local");
        assertThat(found.get("bytes_up").doubleValue()).isBetween(1.0 * PARAMETERS, 1.01 * PARAMETERS);
        assertThat(found.get("bytes_down").longValue()).isEqualTo(4L * PARAMETERS);
        assertThat(found.get("moment_bytes_up").longValue()).isZero();
        JsonNode millis = found.get("ms");
        double phases = 0;
        for (String phase : List.of("broadcast", "train", "guard", "merge", "outer", "checkpoint_wait")) {
            phases += millis.get(phase).doubleValue();
        }
        assertThat(phases).isLessThanOrEqualTo(1.5 * millis.get("total").doubleValue() + 10);
        assertThat(found.get("rounds").intValue()).isEqualTo(2);
    }

    /** It would end the run's training, and put its own journal and checkpoints in the place of the run's. */
    @Test
    void theDirectoryOfARunIsRefused(@TempDir Path directory) throws IOException {
        String run = "run.dir=" + directory.resolve("run");
        String dataset = "data.dataset=" + SmallRun.prepare(directory);
        SmallRun.hyena("local[2]", "train", dataset, run, "train.rounds=1").json();
        byte[] journal = Files.readAllBytes(directory.resolve("run/journal.jsonl"));
        Outcome outcome = SmallRun.bare("local[2]", List.of("bench", "round", run, "bench.parameters=1000"));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages()).contains("run.dir: found ").contains("with checkpoints");
        assertThat(directory.resolve("run/journal.jsonl")).hasBinaryContent(journal);
        assertThat(directory.resolve("run/epoch")).isDirectoryNotContaining("glob:**/2*.json");
    }

    @Test
    void workersComputeAsLongAsAsked() throws IOException {
        JsonNode found = bench("bench.seconds=0.4");
        double compute = found.get("ms").get("slowest_compute").doubleValue();
        assertThat(compute).isGreaterThanOrEqualTo(400);
        assertThat(found.get("ms").get("total").doubleValue()).isGreaterThan(compute);
    }

    /** On a slow network that many results are what the driver waits for, and one average is not. */
    @Test
    void theBottleneckOfManyExecutorsIsNamed() throws IOException {
        JsonNode projection = bench("bench.gigabits=0.01").get("projection");
        assertThat(projection).hasSize(6);
        JsonNode onDriver = projection.get(4);
        assertThat(onDriver.get("executors").intValue()).isEqualTo(512);
        assertThat(onDriver.get("merge").textValue()).isEqualTo("driver");
        assertThat(onDriver.get("bottleneck").textValue()).isEqualTo("driver_receives");
        JsonNode onExecutors = projection.get(5);
        assertThat(onExecutors.get("merge").textValue()).isEqualTo("executors");
        assertThat(onExecutors.get("total_ms").doubleValue())
                .isLessThan(0.1 * onDriver.get("total_ms").doubleValue());
    }
}
