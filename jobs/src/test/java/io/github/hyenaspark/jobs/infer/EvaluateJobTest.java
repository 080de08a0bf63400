package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code evaluate} refuses before it starts Spark. */
class EvaluateJobTest {
    private static final Path EXPORT = Path.of("src/test/resources/frozen/0.1/export");

    @TempDir
    private Path directory;

    @Test
    void anImportedRunHasNoDatasetOfItsOwn() {
        String run = "run.dir=" + directory.resolve("imported");
        Outcome imported = SmallRun.bare("none", List.of("import", "import.input=" + EXPORT, run));
        assertThat(imported.code()).as(imported.messages()).isZero();
        Outcome outcome = SmallRun.bare("none", List.of("evaluate", run));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("hyena evaluate: data.dataset: found nothing, and " + directory.resolve("imported")
                        + " was imported and not trained on a dataset, expected one to measure on; set data.dataset");
    }

    @Test
    void whatMeasuresSomethingElseHasNamesOfItsOwn() {
        String one = "a".repeat(64);
        String other = "b".repeat(64);
        var all = new EvaluateJob.Config(Split.VALIDATION, 0, "");
        var some = new EvaluateJob.Config(Split.TRAIN, 20, "");
        assertThat(EvaluateJob.name(all, "newest", 6, one, one)).isEqualTo("validation-000000000006");
        assertThat(EvaluateJob.name(all, "average", 6, one, one)).isEqualTo("validation-000000000006-average");
        assertThat(EvaluateJob.name(some, "newest", 6, one, one)).isEqualTo("train-000000000006-first-20");
        assertThat(EvaluateJob.name(all, "newest", 6, other, one)).isEqualTo("validation-000000000006-of-bbbbbbbbbbbb");
    }
}
