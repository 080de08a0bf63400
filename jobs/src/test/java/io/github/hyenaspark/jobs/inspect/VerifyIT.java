package io.github.hyenaspark.jobs.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify} on two executors, which says what it says in one process. */
@Tag("process")
class VerifyIT {
    private static final String CLUSTER = "local-cluster[2,1,1024]";

    private static final Pattern TASK_END =
            Pattern.compile("\"Event\":\"SparkListenerTaskEnd\".*?\"Executor ID\":\"(\\w+)\"");

    @TempDir
    Path directory;

    private Outcome verify(String master, String dataset) throws IOException, InterruptedException {
        return HyenaProcess.on(master)
                .with("spark.eventLog.enabled", "true")
                .with("spark.eventLog.compress", "false")
                .with("spark.eventLog.dir", events().toUri().toString())
                .with("spark.cores.max", "2") // both executors are there before the first task
                .with("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                .run(directory, "verify", dataset);
    }

    private Path events() throws IOException {
        return Files.createDirectories(directory.resolve("events"));
    }

    /** Who has ended tasks, by what Spark noted of its applications. */
    private Set<String> workers() throws IOException {
        Set<String> workers = new TreeSet<>();
        try (Stream<Path> logs = Files.walk(events())) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                TASK_END.matcher(Files.readString(log)).results().forEach(found -> workers.add(found.group(1)));
            }
        }
        return workers;
    }

    private static List<String> faults(Outcome outcome) {
        return outcome.messages()
                .lines()
                .filter(line -> line.startsWith("hyena verify: ") && !line.contains(": still working, "))
                .toList();
    }

    private static Path firstBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file ->
                            file.toString().endsWith(".bin") || file.toString().endsWith(".parquet"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aGoodDatasetPassesAndADamagedObjectIsNamedWhereverItIsRead() throws Exception {
        String dataset = SmallRun.prepare(directory);
        Outcome good = verify(CLUSTER, dataset);
        assertThat(workers()).as("executors that ended tasks").containsExactly("0", "1");
        assertThat(good.json()).isEqualTo(verify("local[2]", dataset).json());
        assertThat(good.json().get("valid").booleanValue()).isTrue();
        assertThat(good.json().get("objects").intValue()).isGreaterThan(10);

        Path shard = firstBelow(Path.of(dataset, "train"));
        byte[] content = Files.readAllBytes(shard);
        content[content.length - 1] ^= 1;
        Files.write(shard, content);
        Path table = firstBelow(Path.of(dataset, "docs"));
        Files.delete(table);
        Outcome damaged = verify(CLUSTER, dataset);
        Outcome here = verify("local[2]", dataset);
        assertThat(damaged.code()).as(damaged.messages()).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(damaged.results()).isEqualTo(here.results()).contains("\"valid\":false");
        assertThat(faults(damaged)).hasSize(2).isEqualTo(faults(here));
        assertThat(String.join("\n", faults(damaged)))
                .contains(shard.getFileName().toString(), table.getFileName().toString());
    }
}
