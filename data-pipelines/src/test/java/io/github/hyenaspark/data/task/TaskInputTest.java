package io.github.hyenaspark.data.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskInputTest {
    private static final Task.Config CONFIG = new Task.Config(10, 8, 0, 200, 50, 7);

    @TempDir
    Path directory;

    private Path write(String dataset, Task.Config config) throws IOException {
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
                        write("three", new Task.Config(10, 8, 0, 300, 50, 7)).resolve("validation.txt")))
                .isEqualTo(validation);
        assertThat(Files.readAllLines(
                        write("four", new Task.Config(10, 8, 0, 200, 50, 8)).resolve("validation.txt")))
                .isNotEqualTo(validation);
    }

    @Test
    void whatAStartThatFailedHasLeftIsReplaced() throws IOException {
        Path whole = write("whole", CONFIG);
        Path task = Files.createDirectories(directory.resolve("left/task"));
        for (String file : List.of("validation.txt", "train.txt")) {
            Files.write(task.resolve(file), new byte[(int) Files.size(whole.resolve(file))]);
        }
        write("left", CONFIG);
        for (String file : List.of("validation.txt", "train.txt", "task.json")) {
            assertThat(task.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    @Test
    void aDatasetHasOneTask() throws IOException {
        write("dataset", CONFIG);
        write("dataset", CONFIG);
        assertThatThrownBy(() -> write("dataset", new Task.Config(10, 8, 0, 300, 50, 7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has the examples of another task");
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            documents.add(Json.parse(file.toString(), line.getBytes(StandardCharsets.UTF_8)));
        }
        return documents;
    }

    @ParameterizedTest
    @CsvSource({"associative-recall,10", "induction-head,10", "majority,10", "arithmetic,12", "listops,10"})
    void labelledDocumentsAreTheExamplesWithTheirAnswers(String task, int vocabulary) throws IOException {
        var config = new Task.Config(vocabulary, 16, 0, 40, 10, 3);
        TaskInput input = TaskInput.of("task:" + task, config);
        String labelled = directory.resolve("labelled").toString();
        input.write(Storage.local(), directory.resolve("dataset").toString());
        input.writeLabelled(Storage.local(), labelled);
        input.writeLabelled(Storage.local(), labelled);
        for (String split : List.of("train", "test")) {
            Path text =
                    directory.resolve("dataset/task").resolve(split.equals("test") ? "validation.txt" : "train.txt");
            List<String> joined = new ArrayList<>();
            List<JsonNode> documents = documents(Path.of(labelled, split + ".jsonl"));
            for (JsonNode document : documents) {
                assertThat(document.path("id").textValue()).isEqualTo(split + "-" + joined.size());
                String question = task.matches("associative-recall|arithmetic") ? " " : " => ";
                joined.add(document.path("text").textValue()
                        + question
                        + document.path("label").textValue());
                assertThat(document.path("label").textValue()).matches("[0-9]");
            }
            assertThat(joined).isEqualTo(Files.readAllLines(text));
        }
        var other = TaskInput.of("task:" + task, new Task.Config(vocabulary, 16, 0, 40, 10, 4));
        assertThatThrownBy(() -> other.writeLabelled(Storage.local(), labelled))
                .hasMessageStartingWith(labelled + " has the examples of another task");
    }

    @Test
    void listOpsHasSymbolsAndASettingOfItsOwn() throws IOException {
        TaskInput input = TaskInput.of("task:listops", new Task.Config(30, 40, 0, 40, 10, 3));
        String dataset = directory.resolve("listops").toString();
        input.write(Storage.local(), dataset);
        TaskInput.of("task:listops", new Task.Config(12, 40, 10, 40, 10, 3)).write(Storage.local(), dataset);
        assertThatThrownBy(() -> TaskInput.of("task:listops", new Task.Config(30, 40, 11, 40, 10, 3))
                        .write(Storage.local(), dataset))
                .hasMessageContaining("\"min_length\" : 10");
        assertThat(input.settings()).contains("data.tokenizer=symbols-listops");
        Tokenizer tokenizer = Tokenizer.of(input.tokenizer());
        for (String example : Files.readAllLines(Path.of(dataset, "task/train.txt"))) {
            byte[] text = example.getBytes(StandardCharsets.UTF_8);
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
    }

    /** Datasets of older versions stay those of their task. */
    @Test
    void theDescriptionOfAnOlderTaskStays() throws IOException {
        assertThat(write("old", CONFIG).resolve("task.json")).hasContent("""
                {
                  "task" : "associative-recall",
                  "vocabulary" : 10,
                  "length" : 8,
                  "examples" : 200,
                  "validation_examples" : 50,
                  "seed" : 7
                }""");
    }

    @Test
    void whatCannotBeDrawnIsRefused() {
        assertThatThrownBy(() -> write("few", new Task.Config(4, 2, 0, 200, 50, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no further one was drawn");
        assertThatThrownBy(() -> TaskInput.of("task:recall", CONFIG))
                .hasMessage("data.input: found \"task:recall\", expected task: and one of associative-recall,"
                        + " induction-head, majority, counting, arithmetic, listops");
    }
}
