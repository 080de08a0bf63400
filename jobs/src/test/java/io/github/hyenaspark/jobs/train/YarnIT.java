package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script on YARN: a resource manager and a node manager in this process, containers in processes of their own. */
class YarnIT {
    @TempDir
    Path directory;

    private static MiniYARNCluster start() {
        var settings = new YarnConfiguration();
        settings.setInt("yarn.scheduler.minimum-allocation-mb", 128);
        settings.setInt("yarn.nodemanager.resource.memory-mb", 8192);
        settings.setInt("yarn.nodemanager.resource.cpu-vcores", 4);
        settings.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
        settings.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99");
        settings.set("yarn.scheduler.capacity.root.queues", "default");
        settings.set("yarn.scheduler.capacity.root.default.capacity", "100");
        settings.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1");
        var yarn = new MiniYARNCluster("hyena", 1, 1, 1);
        yarn.init(settings);
        yarn.start();
        return yarn;
    }

    /** Where the resource manager listens, and how it shares out, for clients. */
    private Path writeSettings(MiniYARNCluster yarn) throws IOException {
        var settings = new Configuration(false);
        for (Map.Entry<String, String> entry : yarn.getConfig()) {
            if (entry.getKey().matches("yarn\\.(resourcemanager|scheduler)\\..*")) {
                settings.set(entry.getKey(), entry.getValue());
            }
        }
        Path folder = Files.createDirectories(directory.resolve("hadoop-conf"));
        try (Writer writer = Files.newBufferedWriter(folder.resolve("yarn-site.xml"))) {
            settings.writeXml(writer);
        }
        return folder;
    }

    private Outcome train(String master, Path hadoopSettings, String dataset, String... spark) throws Exception {
        List<String> words = new ArrayList<>(List.of("--master", master, "train"));
        words.addAll(SmallRun.SETTINGS);
        words.addAll(List.of("data.dataset=" + dataset, "run.dir=" + directory.resolve(master.substring(0, 4))));
        words.addAll(List.of("--", "--driver-memory", "1g"));
        words.addAll(List.of(spark));
        return Script.named("hyena")
                .with("HADOOP_CONF_DIR", hadoopSettings.toString())
                .run(directory, words.toArray(String[]::new));
    }

    private static boolean hasClient() {
        return YarnIT.class.getResource("/org/apache/spark/deploy/yarn/Client.class") != null;
    }

    @Test
    @Tag("endurance")
    void containersTrainToTheSameBits() throws Exception {
        assumeTrue(hasClient(), "Spark's client of YARN is left out: name the profile yarn, too");
        String dataset = SmallRun.prepare(directory);
        MiniYARNCluster yarn = start();
        try {
            Path settings = writeSettings(yarn);
            Outcome onYarn = train(
                    "yarn",
                    settings,
                    dataset,
                    "--num-executors",
                    "2",
                    "--executor-memory",
                    "512m",
                    "--conf",
                    "spark.executor.memoryOverhead=1g",
                    "--conf",
                    "spark.yarn.stagingDir=" + directory.resolve("staging"),
                    "--conf",
                    "spark.driver.host=127.0.0.1");
            assertThat(onYarn.theta())
                    .isEqualTo(train("local[1]", settings, dataset).theta());
            assertThat(Files.readString(directory.resolve("yarn/journal.jsonl")))
                    .contains("\"1@")
                    .contains("\"2@");
        } finally {
            yarn.stop();
        }
    }
}
