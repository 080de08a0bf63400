package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.StandaloneCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However many executors and cores there are, and however they come and go: the same bits. */
@Tag("process")
class ElasticIT {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset;
    private static String undisturbed;

    @BeforeAll
    static void trainUndisturbed() throws IOException {
        dataset = SmallRun.prepare(shared);
        undisturbed =
                SmallRun.bare("local[1]", train(shared.resolve("undisturbed"))).theta();
    }

    private static List<String> train(Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(SmallRun.SETTINGS);
        arguments.addAll(List.of(
                "train.workers=3",
                "train.inner-state=local",
                "checkpoint.every-rounds=1",
                "data.dataset=" + dataset,
                "run.dir=" + run));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private String on(HyenaProcess process, String... more) throws Exception {
        Outcome outcome =
                process.run(directory, train(directory.resolve("run"), more).toArray(String[]::new));
        return outcome.theta();
    }

    /** Begins on one executor; the second comes when tasks have waited for a second. */
    @Test
    @Tag("fault-7")
    void executorsThatComeByDynamicAllocationChangeNothing() throws Exception {
        String longer = "train.local-steps=100";
        HyenaProcess process = HyenaProcess.on("local-cluster[2,1,512]")
                .with("spark.dynamicAllocation.enabled", "true")
                .with("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                .with("spark.dynamicAllocation.minExecutors", "1")
                .with("spark.dynamicAllocation.initialExecutors", "1")
                .with("spark.dynamicAllocation.maxExecutors", "2")
                .with("spark.dynamicAllocation.schedulerBacklogTimeout", "1s");
        String theta = on(process, longer, "train.rounds=12");
        String same = SmallRun.bare("local[2]", train(directory.resolve("straight"), longer, "train.rounds=12"))
                .theta();
        assertThat(theta).isEqualTo(same);
        assertThat(Files.readString(directory.resolve("run/journal.jsonl")))
                .as("both executors worked")
                .contains("\"0@")
                .contains("\"1@");
    }

    @Test
    @Tag("endurance")
    @Tag("fault-7")
    void anotherNumberOfExecutorsAtEachStartChangesNothing() throws Exception {
        on(HyenaProcess.on("local-cluster[1,1,512]"), "run.stop-after-rounds=2");
        on(HyenaProcess.on("local-cluster[2,1,512]"), "run.stop-after-rounds=4");
        assertThat(on(HyenaProcess.on("local-cluster[1,1,512]"))).isEqualTo(undisturbed);
    }

    @Test
    @Tag("endurance")
    @Tag("fault-7")
    void twoTasksInOneExecutorChangeNothing() throws Exception {
        HyenaProcess process = HyenaProcess.on("local-cluster[1,2,1024]").with("spark.executor.cores", "2");
        assertThat(on(process)).isEqualTo(undisturbed);
    }

    /** So eager that many tasks have a second attempt, on the other host; whichever ends first counts. */
    @Test
    @Tag("endurance")
    @Tag("fault-5")
    void speculationChangesNothing() throws Exception {
        try (StandaloneCluster cluster = StandaloneCluster.start(directory.resolve("cluster"), 2)) {
            HyenaProcess process = cluster.driver(new PreparePlace("disk", Map.of(), directory.toString()))
                    .with("spark.speculation", "true")
                    .with("spark.speculation.interval", "1ms")
                    .with("spark.speculation.multiplier", "1")
                    .with("spark.speculation.minTaskRuntime", "0ms")
                    .with("spark.speculation.quantile", "0.1");
            assertThat(on(process)).isEqualTo(undisturbed);
            List<String> other = train(directory.resolve("other"), "run.merge=executors");
            assertThat(process.run(directory, other.toArray(String[]::new)).theta())
                    .isEqualTo(undisturbed);
        }
    }
}
