package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.JobCommand.Job.Derived;
import io.github.hyenaspark.jobs.testing.FrozenFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDataTest {
    @TempDir
    private Path directory;

    private List<String> kept(String setting) throws Exception {
        Path file = directory.resolve("my.conf");
        Files.writeString(file, "run.validate-tokens = " + setting);
        String run = FrozenFiles.copy("0.2", Files.createTempDirectory(directory, "frozen"))
                .directory()
                .resolve("run")
                .toString();
        Derived derived = RunData.remembered(Storage.local(), run, Settings.load(List.of(file.toString())));
        assertThat(derived.defaults()).contains("run.validate-tokens=-1");
        return derived.kept();
    }

    /** The run found at its start that this is all of its held-out text. */
    @Test
    void aFileThatLeavesToTheRunHowManyTokensMeasureItDoesNotChooseAnew() throws Exception {
        assertThat(kept("0")).containsExactly("run.validate-tokens=-1");
        assertThat(kept("64")).isEmpty();
    }
}
