package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Associative recall as users train it, with the settings of {@code conf/recall.conf}. */
class RecallIT {
    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0} symbols, length {1}: {2} rounds")
    @CsvSource({"10, 128, 120"})
    @Tag("endurance")
    void hyenaRecallsWhatItWasShown(int vocabulary, int length, int rounds) throws Exception {
        String task = "task.vocabulary=" + vocabulary;
        String symbols = "task.length=" + length;
        String dataset = "data.dataset=" + directory.resolve("dataset");
        run("prepare", task, symbols, dataset);
        String run = "run.dir=" + directory.resolve("run");
        JsonNode trained =
                run("train", task, symbols, dataset, run, "model.l-max=" + (length + 3), "train.rounds=" + rounds);
        double accuracy = run("evaluate", run).get("last_token_accuracy").doubleValue();
        System.out.printf(
                "%d symbols, length %d: %.1f %% after %d tokens%n",
                vocabulary, length, 100 * accuracy, trained.get("tokens").longValue());
        assertThat(accuracy).isGreaterThanOrEqualTo(0.98);
    }

    private JsonNode run(String command, String... arguments) throws Exception {
        String[] words = new String[arguments.length + 4];
        words[0] = "--master";
        words[1] = "local[2]";
        words[2] = command;
        words[3] = Path.of("..", "conf", "recall.conf").toAbsolutePath().toString();
        System.arraycopy(arguments, 0, words, 4, arguments.length);
        return Script.named("hyena").run(directory, words).json();
    }
}
