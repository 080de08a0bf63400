package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.HyenaProcess.Running;
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

    /** 30 symbols at length 128 are learnt faster from examples that come back than from ever new ones. */
    @ParameterizedTest(name = "{0} symbols, length {1}: {2} examples, {3} a step, {4} rounds")
    @CsvSource({
        "10, 128, 96000, 32, 120",
        "10, 512, 32000, 16, 80",
        "30, 128, 20000, 32, 500",
        "30, 512, 80000, 16, 200"
    })
    @Tag("endurance")
    void hyenaRecallsWhatItWasShown(int vocabulary, int length, int examples, int batch, int rounds) throws Exception {
        var budget = new Budget(examples, batch, rounds);
        assertThat(accuracy("hyena", vocabulary, length, budget)).isGreaterThanOrEqualTo(0.98);
    }

    /**
     * The first budget for all mixers, and lengths for which the paper spends billions of tokens: figures as they come.
     */
    @ParameterizedTest(name = "{0}: {1} symbols, length {2}: {3} examples a step, {4} rounds")
    @CsvSource({
        "hyena, 10, 2048, 4, 60",
        "hyena, 10, 8192, 1, 60",
        "hyena, 30, 2048, 4, 120",
        "hyena, 30, 8192, 1, 120",
        "attention, 10, 128, 32, 120",
        "h3, 10, 128, 32, 120",
        "conv, 10, 128, 32, 120",
        "rnn, 10, 128, 32, 120",
        "lstm, 10, 128, 32, 120",
        "gru, 10, 128, 32, 120"
    })
    @Tag("recall")
    void answersAreBetterThanChance(String mixer, int vocabulary, int length, int batch, int rounds) throws Exception {
        int values = (vocabulary - 2) / 2;
        var budget = new Budget(rounds * STEPS * batch, batch, rounds);
        assertThat(accuracy(mixer, vocabulary, length, budget)).isGreaterThan(1.2 / values);
    }

    /** What is trained on: examples of the dataset and of a step, and rounds. */
    private record Budget(int examples, int batch, int rounds) {}

    private double accuracy(String mixer, int vocabulary, int length, Budget budget) throws Exception {
        String task = "task.vocabulary=" + vocabulary;
        String symbols = "task.length=" + length;
        String dataset = "data.dataset=" + directory.resolve("dataset");
        run("prepare", task, symbols, dataset, "task.examples=" + budget.examples());
        String run = "run.dir=" + directory.resolve("run");
        JsonNode trained = run(
                "train",
                dataset,
                run,
                "model.mixer=" + mixer,
                "model.l-max=" + (length + 3),
                "train.batch-size=" + budget.batch(),
                "train.rounds=" + budget.rounds());
        long tokens = trained.get("tokens").longValue();
        assertThat(tokens).isEqualTo((long) budget.rounds() * STEPS * budget.batch() * (length + 3));
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
