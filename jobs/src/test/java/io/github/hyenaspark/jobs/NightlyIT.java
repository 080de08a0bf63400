package io.github.hyenaspark.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that schedulers start, with the real launcher and the real command. */
class NightlyIT {
    private static final Path NIGHTLY = Path.of("..", "submit-scripts", "scheduling", "nightly.sh")
            .toAbsolutePath()
            .normalize();

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

    private record Night(int code, String result, String log) {
        String outcome() throws IOException {
            return Json.text(Json.parse("the result", result.getBytes(UTF_8)), "the result", "outcome");
        }
    }

    private Process begin(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", NIGHTLY.toString(), settings.toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--master", "local[1]"));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("HYENA_NIGHTLY_DIR", directory.toString());
        builder.environment().put("HYENA_NIGHTLY_LOG", directory.resolve("log").toString());
        return builder.start();
    }

    private Night end(Process process) throws Exception {
        String result = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Night(process.exitValue(), result, Files.readString(directory.resolve("log")));
    }

    private Night night(String... arguments) throws Exception {
        return end(begin(arguments));
    }

    private int snapshots() throws IOException {
        try (var files = Files.list(snapshots)) {
            return (int) files.count();
        }
    }

    @Test
    void nightAfterNight() throws Exception {
        Night first = night();
        assertThat(first.code()).as(first.log()).isZero();
        assertThat(first.outcome()).isEqualTo("created");

        Night nothingNew = night();
        assertThat(nothingNew.code()).isZero();
        assertThat(nothingNew.outcome()).isEqualTo("unchanged");
        assertThat(snapshots()).isEqualTo(1);

        Files.writeString(input.resolve("tuesday.txt"), "the second night");
        Process running = begin();
        // the script takes its lock before it starts anything
        while (running.isAlive() && running.children().findAny().isEmpty()) {
            running.waitFor(10, TimeUnit.MILLISECONDS);
        }
        assertThat(night().code()).isEqualTo(75);
        assertThat(end(running).outcome()).isEqualTo("created");
        assertThat(snapshots()).isEqualTo(2);

        Files.write(input.resolve("wednesday.txt"), new byte[] {'b', 'a', 'd', (byte) 0xFF});
        Night bad = night();
        assertThat(bad.code()).isEqualTo(3);
        assertThat(bad.log())
                .contains("wednesday.txt at byte 3 (byte 0xFF is not UTF-8 here); nothing has been committed");

        Files.delete(input.resolve("wednesday.txt"));
        Files.writeString(input.resolve("monday.txt"), "not what it was");
        Night changed = night();
        assertThat(changed.code()).isEqualTo(3);
        assertThat(changed.log()).contains("monday.txt: expected the file that was prepared, 15 bytes of");
        assertThat(snapshots()).isEqualTo(2);

        assertThat(night("data.on-changed=replace").outcome()).isEqualTo("created");
        assertThat(snapshots()).isEqualTo(3);
    }
}
