package io.github.hyenaspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code export} and {@code import} refuse. */
class ExportJobTest {
    private static final Path FROZEN = Path.of("src/test/resources/frozen/0.1");

    @TempDir
    private Path directory;

    private static void assertRefused(String expected, String... words) {
        Outcome outcome = SmallRun.bare("none", List.of(words));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages()).contains(expected);
    }

    /** Whatever reads runs and exports would take it for an export from then on. */
    @Test
    void theDirectoryOfARunIsNoPlaceForAnExport() throws IOException {
        Path run = directory.resolve("run");
        FileUtils.copyDirectory(FROZEN.resolve("run").toFile(), run.toFile());
        assertRefused(
                "hyena export: export.output: found " + run
                        + ", the directory of a run, expected a directory of its own",
                "export",
                run.toString(),
                "export.output=" + run);
        assertThat(run.resolve("config.json")).doesNotExist();
    }

    @Test
    void anImportWithoutItsParametersIsRefused() throws IOException {
        Path export = directory.resolve("export");
        FileUtils.copyDirectory(FROZEN.resolve("export").toFile(), export.toFile());
        Files.delete(export.resolve("model.safetensors"));
        assertRefused(
                "expected a directory with model.safetensors and config.json",
                "import",
                "import.input=" + export,
                "run.dir=" + directory.resolve("run"));
        assertThat(directory.resolve("run")).doesNotExist();
    }
}
