package io.github.hyenaspark.jobs.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No run, dataset or fitting begins in the directory of another kind; what shares one already goes on. */
class DirectoryKindTest {
    private static final Path FROZEN = Path.of("src/test/resources/frozen/0.2");

    @TempDir
    private Path directory;

    private Path run = Path.of("");
    private Path dataset = Path.of("");
    private Path fitting = Path.of("");

    @BeforeEach
    void oneOfEachKind() throws IOException {
        run = directory.resolve("run");
        FileUtils.copyDirectory(FROZEN.resolve("run").toFile(), run.toFile());
        dataset = directory.resolve("dataset");
        FileUtils.copyDirectory(FROZEN.resolve("dataset").toFile(), dataset.toFile());
        fitting = Files.createDirectory(directory.resolve("fitting"));
        Files.writeString(fitting.resolve("fit.json"), "{}");
    }

    private void refused(String setting, Path place, String found, String alone, String... arguments) {
        Outcome outcome = SmallRun.bare("local[1]", List.of(arguments));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains(
                        setting + ": found ",
                        place + ", the directory of a " + found + ", expected one for the new " + alone
                                + " alone; choose another directory");
    }

    @Test
    void noRunBeginsInADatasetOrAFitting() {
        String data = "data.dataset=" + dataset;
        refused("run.dir", dataset, "dataset", "run", "train", data, "run.dir=" + dataset);
        refused("run.dir", fitting, "fitting", "run", "train", data, "run.dir=" + fitting);
        String model = "import.input=" + FROZEN.resolve("export").toAbsolutePath();
        refused("run.dir", dataset, "dataset", "run", "import", model, "run.dir=" + dataset);
    }

    @Test
    void noDatasetBeginsInARunOrAFitting() throws IOException {
        String input = "data.input=" + SmallRun.corpus(directory);
        refused("data.dataset", run, "run", "dataset", "prepare", input, "data.dataset=" + run);
        refused("data.dataset", fitting, "fitting", "dataset", "prepare", input, "data.dataset=" + fitting);
        assertThat(run.resolve("lease.json")).doesNotExist();
    }

    @Test
    void noFittingBeginsInARunOrADatasetNorAroundADataset() throws IOException {
        String input = "data.input=" + SmallRun.corpus(directory);
        refused("run.dir", run, "run", "fitting", "fit", input, "run.dir=" + run);
        refused("run.dir", dataset, "dataset", "fitting", "fit", input, "run.dir=" + dataset);
        assertThat(dataset.resolve("fit.json")).doesNotExist();

        Path around = Files.createDirectory(directory.resolve("around"));
        Files.move(dataset, around.resolve("data"));
        Outcome outcome = SmallRun.bare("local[1]", List.of("fit", input, "run.dir=" + around));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains(
                        "run.dir: found " + around + ", which has a dataset in " + around + "/data", "choose another");
    }

    @Test
    void aDirectoryInsideAnotherKindIsItsOwn() {
        for (Path place : List.of(run, dataset, fitting)) {
            for (DirectoryKind kind : DirectoryKind.values()) {
                String inside = place.resolve("inside").toString();
                assertThatCode(() -> kind.refuseIfOther(Storage.local(), "run.dir", inside))
                        .doesNotThrowAnyException();
            }
        }
    }
}
