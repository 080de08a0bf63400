package io.github.hyenaspark.jobs.report.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now = 5 * SECOND;

    private Progress.Lines lines(Progress.Task work) {
        return new Progress.Lines(work, stream, false, () -> now);
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineHasCountRateTimeLeftAndNote() {
        try (var progress = lines(new Progress.Task("train", "rounds", 0, 8_000))) {
            now += 2 * SECOND;
            progress.advance(1, "loss 5.5");
        }
        assertThat(written()).isEqualTo("train: 1 of 8,000 rounds, 0.50/s, 4:26:38 left, loss 5.5\n");
    }

    @Test
    void theRateOfAResumedRunCountsItsOwnUnitsOnly() {
        try (var progress = lines(new Progress.Task("train", "rounds", 90, 100))) {
            now += SECOND;
            progress.advance(91, "");
        }
        assertThat(written()).isEqualTo("train: 91 of 100 rounds, 1.00/s, 0:00:09 left\n");
    }

    @Test
    void shortUnitsGiveOneLineASecondAndTheLastOne() {
        try (var progress = lines(new Progress.Task("train", "rounds", 0, 30))) {
            for (int round = 1; round <= 30; round++) {
                now += SECOND / 10;
                progress.advance(round, "");
            }
        }
        assertThat(written().lines().map(line -> line.replaceAll("^train: (\\d+) of.*", "$1")))
                .containsExactly("1", "11", "21", "30");
    }

    @Test
    void aLongUnitIsHeardOfAfterTenSecondsThenAfterTwenty() {
        try (var progress = lines(new Progress.Task("train", "rounds", 0, 3))) {
            for (int second = 1; second < 60; second++) {
                now += SECOND;
                progress.underWay(second + " of 100 steps");
            }
        }
        assertThat(written()).isEqualTo("train: 10 of 100 steps\ntrain: 20 of 100 steps\ntrain: 40 of 100 steps\n");
    }

    @Test
    void withoutNewsALineComesEveryTenSecondsOnly() {
        try (var progress = lines(new Progress.Task("prepare", "MiB", 0, 3))) {
            for (int tick = 0; tick < 25; tick++) {
                progress.advance(0, "");
                now += SECOND;
            }
        }
        assertThat(written()).isEqualTo("prepare: 0 of 3 MiB\n".repeat(3));
    }

    @Test
    void aBarFitsEightyColumnsAndKeepsTheLoss() {
        var work = new Progress.Task("train", "rounds", 0, 10_000);
        String note = "loss 2.3456, held out 2.4567";
        String line = Progress.Bar.line(work, new Progress.Lines.Rate(5_000, 0.5, 10_000), note);
        assertThat(line).endsWith(" 5,000/10,000 rounds  2:46:40 left  " + note);
        assertThat(line).hasSizeLessThan(80).startsWith("train ");
        String roomy = Progress.Bar.line(work, new Progress.Lines.Rate(5_000, 0, 0), "");
        assertThat(roomy).startsWith("train " + "\u2588".repeat(10) + "\u2591".repeat(10) + " 5,000/");
        assertThat(Progress.Bar.line(work, new Progress.Lines.Rate(1, 0, 0), "x".repeat(200)))
                .hasSize(79);
    }

    @Test
    void aLogLineMeanwhileHasALineOfItsOwn() {
        PrintStream before = System.err;
        System.setErr(stream);
        try (var progress = new Progress.Bar(new Progress.Task("train", "rounds", 0, 2), stream)) {
            progress.advance(1, "");
            System.err.println("a log line");
            progress.advance(2, "loss 1.5");
        } finally {
            assertThat(System.err).isSameAs(stream);
            System.setErr(before);
        }
        assertThat(written())
                .contains("1/2 rounds")
                .containsSubsequence("\r\033[Ka log line\n", "\r\033[Ktrain ", "2/2 rounds")
                .endsWith("loss 1.5\n");
    }

    @Test
    void jsonLinesParse() throws Exception {
        String line = Progress.Lines.jsonLine(
                new Progress.Task("prepare", "units", 0, 4), new Progress.Lines.Rate(1, 0.5, 6), "x");
        assertThat(line)
                .contains("\"task\":\"prepare\"", "\"done\":1", "\"total\":4", "\"seconds_left\":6")
                .doesNotContain("\n");
    }

    @Test
    void withoutATerminalAutoIsPlain() {
        try (Progress progress =
                Progress.open(Progress.Style.AUTO, new Progress.Task("train", "rounds", 0, 1), stream)) {
            assertThat(progress).isInstanceOf(Progress.Lines.class);
        }
        assertThat(written()).as("reported at once").isEqualTo("train: 0 of 1 rounds\n");
    }

    @Test
    void moreDoneThanTotalIsRefused() {
        assertThatThrownBy(() -> new Progress.Task("train", "rounds", 3, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("work needs 0 <= done <= total, found 3 of 2 rounds");
    }
}
