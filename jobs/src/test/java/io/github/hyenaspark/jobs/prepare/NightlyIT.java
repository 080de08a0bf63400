package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that schedulers start, with the real launcher and the real command. */
@Tag("process")
class NightlyIT {
    @TempDir
    Path directory;

    private Path input;
    private Path settings;
    private Path snapshots;

    @BeforeEach
    void writeInput() throws IOException {
        input = Files.createDirectories(directory.resolve("input"));
        snapshots = directory.resolve("dataset/snapshots");
        Files.writeString(input.resolve("monday.txt"), "the first night");
        settings = Files.writeString(
                directory.resolve("corpus.conf"),
                "data { input = \"" + input + "\", dataset = \"" + directory.resolve("dataset") + "\" }\n");
    }

    private Running begin(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(settings.toString()));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--master", "local[1]"));
        return Script.named("scheduling/nightly.sh")
                .with("HYENA_NIGHTLY_DIR", directory.toString())
                .with("HYENA_NIGHTLY_LOG", log().toString())
                .start(directory, words.toArray(String[]::new));
    }

    private Path log() {
        return directory.resolve("log");
    }

    private Outcome night(String... arguments) throws Exception {
        try (Running running = begin(arguments)) {
            return running.await();
        }
    }

    private void assertOutcome(String expected, Outcome night) throws IOException {
        assertThat(night.code()).as(Files.readString(log())).isZero();
        assertThat(night.json().get("outcome").textValue()).isEqualTo(expected);
    }

    private int snapshots() throws IOException {
        try (var files = Files.list(snapshots)) {
            return (int) files.count();
        }
    }

    private static boolean prepares(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(" prepare ");
    }

    @Test
    void nightAfterNight() throws Exception {
        assertOutcome("created", night());
        assertOutcome("unchanged", night());
        assertThat(snapshots()).isEqualTo(1);

        Files.writeString(input.resolve("tuesday.txt"), "the second night");
        try (Running running = begin()) {
            Process process = running.process();
            // the script takes its lock before it starts the launcher
            while (process.isAlive() && process.descendants().noneMatch(NightlyIT::prepares)) {
                process.waitFor(10, TimeUnit.MILLISECONDS);
            }
            assertThat(night().code()).isEqualTo(75);
            assertOutcome("created", running.await());
        }
        assertThat(snapshots()).isEqualTo(2);

        Files.write(input.resolve("wednesday.txt"), new byte[] {'b', 'a', 'd', (byte) 0xFF});
        assertThat(night().code()).isEqualTo(3);
        assertThat(log())
                .content()
                .contains("wednesday.txt at byte 3 (byte 0xFF is not UTF-8 here); nothing has been committed");

        Files.delete(input.resolve("wednesday.txt"));
        Files.writeString(input.resolve("monday.txt"), "not what it was");
        assertThat(night().code()).isEqualTo(3);
        assertThat(log()).content().contains("monday.txt: expected the file that was prepared, 15 bytes of");
        assertThat(snapshots()).isEqualTo(2);

        assertOutcome("created", night("data.on-changed=replace"));
        assertThat(snapshots()).isEqualTo(3);
    }
}
