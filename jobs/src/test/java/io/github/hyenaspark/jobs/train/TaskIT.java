package io.github.hyenaspark.jobs.train;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class TaskIT {
    private static final List<String> TASK = List.of(
            "data.input=task:majority",
            "task.vocabulary=5",
            "task.length=7",
            "task.examples=600",
            "task.validation-examples=40");

    @TempDir
    Path directory;

    private JsonNode run(String command, String... more) throws IOException {
        return run(TASK, command, more);
    }

    private JsonNode run(List<String> task, String command, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(task);
        arguments.add("data.dataset=" + directory.resolve("dataset"));
        arguments.addAll(List.of(more));
        return SmallRun.bare("local[2]", arguments).json();
    }

    @Test
    void aModelIsTrainedOnATaskAndAskedForItsAnswers() throws IOException {
        JsonNode prepared = run("prepare");
        assertThat(prepared.get("documents").intValue()).isEqualTo(640);
        assertThat(prepared.get("train_tokens").longValue()).isEqualTo(600 * (7 + 2 + 1));
        assertThat(prepared.get("validation_tokens").longValue()).isEqualTo(40 * (7 + 2 + 1));
        assertThat(run("prepare").get("outcome").textValue()).isEqualTo("unchanged");

        String run = "run.dir=" + directory.resolve("run");
        run(
                "train",
                run,
                "data.packing=single",
                "model.d-model=32",
                "model.n-layer=2",
                "model.l-max=9",
                "train.batch-size=16",
                "model.mixer=attention",
                "train.rounds=40",
                "model.init-std=0.1",
                "train.lr=5e-3",
                "model.attention.heads=2");
        JsonNode result = hyena("local[2]", "evaluate", run).json();
        int right = 0;
        for (String line : Files.readAllLines(Path.of(result.get("by_document").textValue()))) {
            JsonNode document = Json.parse("a document", line.getBytes(StandardCharsets.UTF_8));
            right += document.get("last_token_right").booleanValue() ? 1 : 0;
        }
        double accuracy = result.get("last_token_accuracy").doubleValue();
        assertThat(accuracy).isEqualTo(right / 40.0);
        assertThat(accuracy).isGreaterThan(0.9); // a guess among the three numbers is right one time in three
    }

    @Test
    void listOpsIsPreparedTrainedAndEvaluated() throws IOException {
        List<String> task =
                List.of("data.input=task:listops", "task.length=32", "task.examples=64", "task.validation-examples=16");
        JsonNode prepared = run(task, "prepare");
        assertThat(prepared.get("documents").intValue()).isEqualTo(80);
        // 8 to 32 symbols of an expression, => and its value, and what ends a document
        assertThat(prepared.get("train_tokens").longValue()).isBetween(64L * (8 + 3), 64L * (32 + 3));
        String run = "run.dir=" + directory.resolve("run");
        run(
                task,
                "train",
                run,
                "data.packing=single",
                "model.d-model=16",
                "model.n-layer=1",
                "model.l-max=34",
                "train.rounds=2");
        JsonNode result = hyena("local[2]", "evaluate", run).json();
        assertThat(result.get("last_token_accuracy").doubleValue()).isBetween(0.0, 1.0);
        assertThat(Files.readAllLines(Path.of(result.get("by_document").textValue())))
                .hasSize(16)
                .allMatch(line -> line.contains("last_token_right"));
    }
}
