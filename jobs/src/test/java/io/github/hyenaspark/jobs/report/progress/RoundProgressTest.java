package io.github.hyenaspark.jobs.report.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RoundProgressTest {
    private static final Progress.Task WORK = new Progress.Task("train", "rounds", 0, 6);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    /** What a bar shows in the end. */
    private String bar(Consumer<RoundProgress> rounds) {
        bytes.reset();
        try (var bar = new Progress.Bar(WORK, stream)) {
            rounds.accept(new RoundProgress(bar));
        }
        String drawn = bytes.toString(StandardCharsets.UTF_8).strip();
        return drawn.substring(drawn.lastIndexOf('\r') + 1);
    }

    @Test
    void aBarShowsTheStepsOfEachWorkerInTheRunningRound() {
        assertThat(bar(rounds -> {
                    rounds.begin(0, 20);
                    rounds.told(0, 1, 7);
                    rounds.told(0, 0, 12);
                    rounds.told(0, 1, 9);
                }))
                .contains("0/6 rounds", "workers at 12, 9 of 20 steps");
    }

    @Test
    void ofManyWorkersItShowsTheSlowestAndTheFastest() {
        assertThat(bar(rounds -> {
                    rounds.begin(2, 20);
                    for (int worker = 0; worker < 9; worker++) {
                        rounds.told(2, worker, 3 + worker);
                    }
                }))
                .contains("workers at 3 to 11 of 20 steps");
    }

    @Test
    void whatComesAfterTheEndOfItsRoundIsDropped() {
        assertThat(bar(rounds -> {
                    rounds.begin(0, 20);
                    rounds.told(0, 0, 12);
                    rounds.end("loss 3.5");
                    rounds.told(0, 0, 19);
                }))
                .contains("1/6 rounds", "loss 3.5")
                .doesNotContain("steps");
        assertThat(bar(rounds -> {
                    rounds.begin(1, 20);
                    rounds.told(0, 0, 19);
                }))
                .doesNotContain("steps");
    }

    @Test
    void linesShowWholeRoundsOnly() {
        try (var lines = new Progress.Lines(WORK, stream, false, System::nanoTime)) {
            var rounds = new RoundProgress(lines);
            rounds.begin(0, 20);
            rounds.told(0, 0, 12);
            assertThat(bytes.size()).isZero();
            rounds.end("loss 3.5");
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .startsWith("train: 1 of 6 rounds, ")
                .hasLineCount(1);
    }
}
