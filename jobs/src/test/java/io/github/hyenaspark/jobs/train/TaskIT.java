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
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(TASK);
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
}
