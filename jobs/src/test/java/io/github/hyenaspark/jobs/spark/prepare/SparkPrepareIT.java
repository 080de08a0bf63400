package io.github.hyenaspark.jobs.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.commons.io.FileUtils;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkPrepareIT {
    private static final int UNITS = 10;
    private static final int UNITS_OF_A_JOB = 3;

    @TempDir
    Path directory;

    private final Queue<Integer> tasksOfJobs = new ConcurrentLinkedQueue<>();

    /** Units of a file each. */
    private DatasetSpec spec() throws IOException {
        Path input = Files.createDirectory(directory.resolve("input"));
        for (int document = 0; document < UNITS; document++) {
            Files.writeString(input.resolve(document + ".txt"), "the words of document " + document);
        }
        List<String> settings =
                List.of("data.input=" + input, "data.dataset=" + directory.resolve("dataset"), "data.unit-bytes=1");
        return DatasetSpec.of(Storage.local(), Settings.load(settings).bind("data", DataConfig.class));
    }

    private void prepare(DatasetSpec spec, List<WorkUnit> units) throws IOException {
        var nobody = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try (SparkSession session = OtherApplication.session("local[2]");
                var lease = DatasetLease.take(Storage.local(), spec.config().dataset());
                Progress progress =
                        Progress.open(Progress.Style.PLAIN, new Progress.Task("prepare", "MiB", 0, 1), nobody)) {
            session.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onJobStart(SparkListenerJobStart job) {
                    tasksOfJobs.add(job.stageInfos().head().numTasks());
                }
            });
            lease.begins();
            spec.storeTokenizer(Storage.local());
            JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
            new SparkPrepare(context, progress, lease, UNITS_OF_A_JOB).run(spec, units);
        }
    }

    @Test
    void aJobHasFewUnitsAndAllUnitsAreDone() throws IOException {
        DatasetSpec spec = spec();
        InputPlan plan = InputPlan.of(Storage.local(), spec);
        assertThat(plan.work()).hasSize(UNITS);
        prepare(spec, plan.work());
        assertThat(tasksOfJobs).containsExactly(3, 3, 3, 1);
        InputPlan again = InputPlan.of(Storage.local(), spec);
        assertThat(again.recorded()).hasSize(UNITS);
        assertThat(again.pending()).isEmpty();
    }

    @Test
    void noJobBeginsOnceOneHasFailed() throws IOException {
        DatasetSpec spec = spec();
        InputPlan plan = InputPlan.of(Storage.local(), spec);
        FileUtils.deleteDirectory(directory.resolve("input").toFile());
        assertThatThrownBy(() -> prepare(spec, plan.work()))
                .isInstanceOf(IOException.class)
                .hasMessage("a unit could not be prepared");
        assertThat(tasksOfJobs).hasSizeLessThanOrEqualTo(2);
    }
}
