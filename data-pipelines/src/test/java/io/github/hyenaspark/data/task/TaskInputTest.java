package io.github.hyenaspark.data.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskInputTest {
    private static final TaskConfig CONFIG = new TaskConfig(10, 8, 200, 50, 7);

    @TempDir
    Path directory;

    private Path write(String dataset, TaskConfig config) throws IOException {
        Path path = directory.resolve(dataset);
        TaskInput.of("task:associative-recall", config).write(Storage.local(), path.toString());
        return path.resolve("task");
    }

    @Test
    void noTwoExamplesAreAlikeAndEqualSettingsGiveEqualBytes() throws IOException {
        Path one = write("one", CONFIG);
        List<String> validation = Files.readAllLines(one.resolve("validation.txt"));
        List<String> train = Files.readAllLines(one.resolve("train.txt"));
        assertThat(validation).hasSize(50);
        assertThat(train).hasSize(200);
        List<String> all = new ArrayList<>(validation);
        all.addAll(train);
        assertThat(all).doesNotHaveDuplicates();
        Path two = write("two", CONFIG);
        assertThat(two.resolve("train.txt")).hasSameBinaryContentAs(one.resolve("train.txt"));
        assertThat(Files.readAllLines(
                        write("three", new TaskConfig(10, 8, 300, 50, 7)).resolve("validation.txt")))
                .isEqualTo(validation);
        assertThat(Files.readAllLines(
                        write("four", new TaskConfig(10, 8, 200, 50, 8)).resolve("validation.txt")))
                .isNotEqualTo(validation);
    }

    @Test
    void aDatasetHasOneTask() throws IOException {
        write("dataset", CONFIG);
        write("dataset", CONFIG);
        assertThatThrownBy(() -> write("dataset", new TaskConfig(10, 8, 300, 50, 7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has the examples of another task");
    }

    @Test
    void whatCannotBeDrawnIsRefused() {
        assertThatThrownBy(() -> write("few", new TaskConfig(4, 2, 200, 50, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no further one was drawn");
        assertThatThrownBy(() -> TaskInput.of("task:recall", CONFIG))
                .hasMessage("data.input: found \"task:recall\", expected task: and one of associative-recall,"
                        + " induction-head, majority, counting, arithmetic");
    }
}
