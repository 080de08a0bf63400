package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archives of {@code -Pdist}: the quick start in a read-only folder, by a user who owns nothing of it. */
@Tag("dist")
class DistributionIT {
    private static final Path TARGET =
            Path.of(System.getProperty("basedir", "."), "target").toAbsolutePath();
    private static final int MOST_BYTES = 250_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(30); // two minutes where nothing else runs

    @TempDir
    Path directory;

    private Path work = Path.of("");

    @BeforeEach
    void openToAll() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static Path archive(String pattern) throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter(file -> file.getFileName().toString().matches(pattern))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The one folder of an archive, unpacked where nobody can write. */
    private Path unpack(Path archive) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("read only"));
        done(new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString()));
        done(new ProcessBuilder("chmod", "-R", "a+rX,a-w", folder.toString()));
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    private Outcome done(ProcessBuilder builder) throws IOException, InterruptedException {
        try (Running running = Running.start(builder, directory)) {
            Outcome outcome = running.await(PATIENCE);
            assertThat(outcome.code()).as(outcome.messages()).isZero();
            return outcome;
        }
    }

    /** Runs a script as a user whom only root can become; others cannot write to the folder as they are. */
    private Outcome script(Path home, Optional<Path> spark, String name, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        command.add(home.resolve("submit-scripts").resolve(name).toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(work.toFile());
        builder.environment().remove("SPARK_HOME");
        spark.ifPresent(folder -> builder.environment().put("SPARK_HOME", folder.toString()));
        builder.environment().put("HOME", work.toString());
        return done(builder);
    }

    private void quickStart(Path home, Optional<Path> spark) throws Exception {
        assertThat(home.resolve("labelled")).isDirectoryContaining("glob:**/ecoli-promoters.jsonl.gz");
        assertThat(home.resolve("submit-scripts/labelled-languages.sh")).isExecutable();
        List<String> before = contents(home);
        List<String> said = script(
                        home, spark, "quickstart.sh", "train.rounds=1", "train.local-steps=4", "train.warmup-steps=2")
                .results()
                .lines()
                .toList();
        JsonNode result = Json.parse("the result", said.get(said.size() - 1).getBytes(StandardCharsets.UTF_8));
        assertThat(result.get("bits_per_byte").doubleValue()).isBetween(1.0, 8.0);
        assertThat(result.get("documents").intValue()).isEqualTo(7);
        assertThat(work.resolve("runs/quickstart/run/report.html")).isNotEmptyFile();
        assertThat(script(home, spark, "hyena", "inspect", "runs/quickstart/run")
                        .results())
                .isNotBlank();
        assertThat(contents(home)).isEqualTo(before);
    }

    private static List<String> contents(Path folder) throws IOException {
        List<String> contents = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted().toList()) {
                contents.add(file + " " + Files.getLastModifiedTime(file));
            }
        }
        return contents;
    }

    @Test
    void theQuickStartRunsWithItsOwnSpark() throws Exception {
        quickStart(unpack(archive("hyena-spark-.*-with-spark\\.tar\\.gz")), Optional.empty());
    }

    /**
     * A Spark as its own archives lay it out, of the jars that the build has, which starts a driver as Spark's does.
     */
    @Test
    void theQuickStartRunsWithTheSparkOfTheMachine() throws Exception {
        Path archive = archive("hyena-spark-[0-9.]+(-SNAPSHOT)?\\.tar\\.gz");
        assertThat(archive).satisfies(file -> assertThat(Files.size(file)).isLessThan(MOST_BYTES));
        Path spark = directory.resolve("a spark");
        Files.createDirectories(spark.resolve("bin"));
        done(new ProcessBuilder("cp", "-r", TARGET.resolve("spark/jars").toString(), spark.toString()));
        Path submit = Files.writeString(spark.resolve("bin/spark-submit"), """
                #!/usr/bin/env bash
                mapfile -d '' -t words < <(java -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main \
                  org.apache.spark.deploy.SparkSubmit "$@")
                exec "${words[1]#$'\n'}" "${words[@]:2}"
                """);
        Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path home = unpack(archive);
        String version = home.getFileName().toString().replace("hyena-spark-", "hyena-spark ");
        assertThat(script(home, Optional.empty(), "hyena", "--version").results())
                .startsWith(version + ", Java ");
        quickStart(home, Optional.of(spark));
    }
}
