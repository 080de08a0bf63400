package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.report.progress.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TaskWatchIT {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Static: tasks of a local master see it, too. */
    private static final ByteArrayOutputStream SHOWN = new ByteArrayOutputStream();

    private static boolean isShown(String text) {
        return SHOWN.toString(StandardCharsets.UTF_8).contains(text);
    }

    /** The second task ends once the first is shown. */
    private static void run(int task) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (task == 2 && !isShown("work: 1 of 2 tasks") && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    @Tag("process")
    void tasksThatAreDoneAreShownWhileTheJobRuns() {
        SparkConf conf = new SparkConf()
                .setMaster("local[1]")
                .setAppName("a job of two tasks")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
        var stream = new PrintStream(SHOWN, true, StandardCharsets.UTF_8);
        long begin = System.nanoTime();
        try (var context = new JavaSparkContext(conf);
                Progress progress =
                        Progress.open(Progress.Style.PLAIN, new Progress.Task("work", "tasks", 0, 2), stream)) {
            List<Integer> tasks = new ArrayList<>(List.of(1, 2));
            TaskWatch.during(
                    context, progress, () -> context.parallelize(tasks, 2).foreach(TaskWatchIT::run));
        }
        assertThat(isShown("work: 1 of 2 tasks")).isTrue();
        assertThat(System.nanoTime() - begin).isLessThan(PATIENCE_NANOS);
    }
}
