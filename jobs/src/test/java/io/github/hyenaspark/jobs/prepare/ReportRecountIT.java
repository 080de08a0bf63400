package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.DatasetRecount;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.MixedCorpus;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.StumblingStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The totals of results and reports are those of the dataset, whatever happened to the tasks that made it. */
@Tag("process")
@Tag("goal-18")
class ReportRecountIT {
    @TempDir
    Path directory;

    private Path corpus;

    @BeforeEach
    void writeCorpus() throws IOException {
        corpus = MixedCorpus.write(directory);
    }

    private List<String> prepare(Path dataset, String steps) {
        List<String> arguments = new ArrayList<>(List.of("prepare", "data.input=" + corpus, "data.dataset=" + dataset));
        arguments.addAll(MixedCorpus.CLEANING);
        arguments.add("data.validation-fraction=0.2");
        arguments.add("data.clean.steps=" + steps);
        return arguments;
    }

    private static void assertTotals(Outcome outcome, Path dataset) throws IOException {
        JsonNode result = outcome.json();
        DatasetRecount recount = DatasetRecount.of(dataset);
        assertThat(result.get("documents").intValue())
                .isEqualTo(recount.rows().size())
                .isEqualTo(MixedCorpus.BOOKS + MixedCorpus.PAGES - MixedCorpus.QUESTIONS - MixedCorpus.SHORT_PAGES);
        assertThat(result.get("filtered").intValue())
                .isEqualTo(MixedCorpus.SHORT_BOOKS + MixedCorpus.QUESTIONS + MixedCorpus.SHORT_PAGES);
        assertThat(result.get("rejected").intValue()).isEqualTo(MixedCorpus.BROKEN_LINES);
        assertThat(result.get("duplicates").intValue())
                .isEqualTo(MixedCorpus.COPIED_BOOKS + MixedCorpus.COPIED_PAGES + MixedCorpus.NEARLY_COPIED_BOOKS);
        assertThat(recount.copies()).isEqualTo(MixedCorpus.COPIED_BOOKS + MixedCorpus.COPIED_PAGES);
        recount.assertReport();
    }

    @Test
    void everyTotalIsThatOfARecountAlsoWhenTasksAreDoneTwice() throws IOException {
        Path undisturbed = directory.resolve("undisturbed");
        Outcome first = SmallRun.bare("local[2]", prepare(undisturbed, "[stumbling,capitals]"));
        assertTotals(first, undisturbed);

        Path stumbles = Files.createDirectory(directory.resolve("stumbles"));
        Path disturbed = directory.resolve("disturbed");
        System.setProperty(StumblingStep.FOLDER, stumbles.toString());
        try {
            Outcome second = SmallRun.bare("local[2,4]", prepare(disturbed, "[stumbling,capitals]"));
            assertTotals(second, disturbed);
        } finally {
            System.clearProperty(StumblingStep.FOLDER);
        }
        try (Stream<Path> marks = Files.list(stumbles)) {
            assertThat(marks.count()).isGreaterThanOrEqualTo(3);
        }
        assertThat(Files.readAllBytes(disturbed.resolve("snapshots/00000001.json")))
                .isEqualTo(Files.readAllBytes(undisturbed.resolve("snapshots/00000001.json")));
    }

    @Test
    void everyTotalIsThatOfARecountAlsoWhenAnExecutorDies() throws Exception {
        NamedPoint point = NamedPoint.killing("^unit .* has its record", directory.resolve("death"));
        Path dataset = directory.resolve("dataset");
        Outcome outcome = HyenaProcess.on("local-cluster[1,1,512]")
                .withExecutorsAt(point)
                .run(directory, prepare(dataset, "[capitals]").toArray(String[]::new));
        assertThat(point.reached()).isEqualTo(1);
        assertTotals(outcome, dataset);
    }
}
