package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.Script;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Associative recall as users train it, with the settings of {@code conf/recall.conf}. Rounds have 25 steps, and an
 * example has three tokens more than its length, the end of the document among them.
 */
class RecallIT {
    private static final int STEPS = 25;
    private static final Duration LIMIT = Duration.ofMinutes(40);

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0} symbols, length {1}: {2} examples a step, {3} rounds")
    @CsvSource({"10, 128, 32, 60", "10, 512, 8, 60", "30, 128, 32, 240", "30, 512, 8, 240"})
    @Tag("endurance")
    void hyenaRecallsWhatItWasShown(int vocabulary, int length, int batch, int rounds) throws Exception {
        assertThat(accuracy("hyena", vocabulary, length, batch, rounds)).isGreaterThanOrEqualTo(0.98);
    }

    /**
     * The other mixers, with the budget that Hyena has at 128, and lengths for which the paper spends billions of
     * tokens: figures as they come.
     */
    @ParameterizedTest(name = "{0}: {1} symbols, length {2}: {3} examples a step, {4} rounds")
    @CsvSource({
        "hyena, 10, 2048, 2, 60",
        "hyena, 10, 8192, 1, 60",
        "hyena, 30, 2048, 2, 240",
        "hyena, 30, 8192, 1, 160",
        "attention, 10, 128, 32, 60",
        "h3, 10, 128, 32, 60",
        "conv, 10, 128, 32, 60",
        "rnn, 10, 128, 32, 60",
        "lstm, 10, 128, 32, 60",
        "gru, 10, 128, 32, 60",
        "attention, 30, 128, 32, 240",
        "h3, 30, 128, 32, 240",
        "lstm, 30, 128, 32, 240"
    })
    @Tag("recall")
    void answersAreBetterThanChance(String mixer, int vocabulary, int length, int batch, int rounds) throws Exception {
        int values = (vocabulary - 2) / 2;
        assertThat(accuracy(mixer, vocabulary, length, batch, rounds)).isGreaterThan(1.2 / values);
    }

    private double accuracy(String mixer, int vocabulary, int length, int batch, int rounds) throws Exception {
        String dataset = "data.dataset=" + directory.resolve("dataset");
        run("prepare", "task.vocabulary=" + vocabulary, "task.length=" + length, dataset);
        String run = "run.dir=" + directory.resolve("run");
        JsonNode trained = run(
                "train",
                dataset,
                run,
                "model.mixer=" + mixer,
                "model.l-max=" + (length + 3),
                "train.batch-size=" + batch,
                "train.rounds=" + rounds);
        long tokens = trained.get("tokens").longValue();
        assertThat(tokens).isEqualTo((long) rounds * STEPS * batch * (length + 3));
        double accuracy = run("evaluate", run).get("last_token_accuracy").doubleValue();
        System.out.printf(
                "%s, %d symbols, length %d: %.1f %% after %d tokens%n",
                mixer, vocabulary, length, 100 * accuracy, tokens);
        return accuracy;
    }

    private JsonNode run(String command, String... arguments) throws Exception {
        String[] words = new String[arguments.length + 4];
        words[0] = "--master";
        words[1] = "local[2]";
        words[2] = command;
        words[3] = Path.of("..", "conf", "recall.conf").toAbsolutePath().toString();
        System.arraycopy(arguments, 0, words, 4, arguments.length);
        try (Running running = Script.named("hyena").start(directory, words)) {
            return running.await(LIMIT).json();
        }
    }
}
