package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts say before they do anything. */
class ScriptUsageTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"labelled-gc.sh", "labelled-languages.sh"})
    void helpIsAUsageLineAndOtherOptionsAreRefused(String name) throws Exception {
        String usage = "usage: submit-scripts/" + name + " OUT-DIR\n";
        for (String help : new String[] {"-h", "--help"}) {
            Outcome outcome = Script.named(name).run(directory, help);
            assertThat(outcome.code()).as(outcome.messages()).isZero();
            assertThat(outcome.results()).isEqualTo(usage);
        }
        for (String[] wrong : new String[][] {{}, {"--force"}, {"-p"}, {"a", "b"}}) {
            Outcome outcome = Script.named(name).run(directory, wrong);
            assertThat(outcome.code()).isEqualTo(ExitCode.WRONG_USAGE.code());
            assertThat(outcome.messages())
                    .startsWith(name + ": ")
                    .endsWith(usage)
                    .hasLineCount(1);
        }
    }

    /** Its arguments are settings of the training, which comes after the preparation. */
    @Test
    void theQuickStartBeginsNothingForAnOption() throws Exception {
        Outcome help = Script.named("quickstart.sh").run(directory, "--help");
        assertThat(help.code()).as(help.messages()).isZero();
        assertThat(help.results()).startsWith("usage: submit-scripts/quickstart.sh [KEY=VALUE ...]");
        Outcome wrong = Script.named("quickstart.sh").run(directory, "--rounds");
        assertThat(wrong.code()).isEqualTo(ExitCode.WRONG_USAGE.code());
        assertThat(wrong.messages())
                .startsWith("quickstart.sh: --rounds is no setting")
                .hasLineCount(1);
    }
}
