package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkStorageIT {
    private static JavaSparkContext context(String fileSystem) {
        return new JavaSparkContext(new SparkConf()
                .setMaster("local[1]")
                .setAppName("storage of tasks")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.plugins", RunPlugin.class.getName())
                .set("spark.hadoop.fs.defaultFS", fileSystem));
    }

    /** Where a task finds a path without a scheme, and which storage says so. */
    private static String place(int task) throws IOException {
        ExecutorState executor = ExecutorState.ofThisProcess();
        return executor.storage().qualify("/data") + " " + System.identityHashCode(executor.storage());
    }

    private static List<String> places(String fileSystem) {
        try (JavaSparkContext context = context(fileSystem)) {
            return context.parallelize(new ArrayList<>(List.of(1, 2)), 2)
                    .map(SparkStorageIT::place)
                    .distinct()
                    .collect();
        }
    }

    @Test
    void aCommandWithoutSparkReadsTheFileThatSparkWouldReadUnderItsOwnProperties(@TempDir Path directory)
            throws IOException {
        Path file = Files.writeString(directory.resolve("spark-defaults.conf"), """
                # spark.hadoop.fs.none  x
                spark.master local
                spark.hadoop.fs.s3a.endpoint = http://of-file:9 \s
                spark.hadoop.fs.s3a.secret.key  a=b c
                """);
        System.setProperty("hyena.spark-defaults", file.toString());
        System.setProperty("spark.hadoop.fs.s3a.endpoint", "http://of-command:9");
        try {
            assertThat(SparkStorage.settingsOfThisProcess())
                    .containsEntry("fs.s3a.endpoint", "http://of-command:9")
                    .containsEntry("fs.s3a.secret.key", "a=b c")
                    .doesNotContainKey("fs.none");
            System.clearProperty("spark.hadoop.fs.s3a.endpoint");
            assertThat(SparkStorage.settingsOfThisProcess()).containsEntry("fs.s3a.endpoint", "http://of-file:9");
        } finally {
            System.clearProperty("hyena.spark-defaults");
            System.clearProperty("spark.hadoop.fs.s3a.endpoint");
        }
    }

    /** As notebooks set credentials. */
    @Test
    void whatAnApplicationSetsOnItsContextCountsOnTheDriverAndOnExecutors() throws IOException {
        try (JavaSparkContext context = context("file:///")) {
            context.hadoopConfiguration().set("fs.defaultFS", "hdfs://127.0.0.1:9");
            assertThat(SparkStorage.of(context).qualify("/data")).isEqualTo("hdfs://127.0.0.1:9/data");
            assertThat(context.parallelize(new ArrayList<>(List.of(1, 2)), 2)
                            .map(SparkStorageIT::place)
                            .distinct()
                            .collect())
                    .singleElement()
                    .asString()
                    .startsWith("hdfs://127.0.0.1:9/data ");
        }
    }

    @Test
    void tasksOfOneExecutorShareTheirStorageAndNoOthers() {
        assertThat(places("file:///")).singleElement().asString().startsWith("file:/data ");
        assertThat(places("hdfs://127.0.0.1:9")).singleElement().asString().startsWith("hdfs://127.0.0.1:9/data ");
    }
}
