package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts: a standalone master and two workers on this machine, and a training that is submitted to them. */
@Tag("process")
class ClusterIT {
    @TempDir
    Path directory;

    private Outcome cluster(String command, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(options));
        words.add(directory.resolve("cluster").toString());
        return Script.named("local-cluster.sh").run(directory, words.toArray(String[]::new));
    }

    private String theta(String master, String dataset) throws Exception {
        List<String> words = new ArrayList<>(List.of("--master", master, "train"));
        words.addAll(SmallRun.SETTINGS);
        words.add("data.dataset=" + dataset);
        words.add("run.dir=" + directory.resolve("run-" + master.replaceAll("\\W+", "-")));
        words.addAll(List.of("--", "--conf", "spark.executor.memory=512m", "--driver-memory", "1g"));
        return Script.named("hyena")
                .run(directory, words.toArray(String[]::new))
                .theta();
    }

    private List<Long> pids() throws IOException {
        List<Long> pids = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory.resolve("cluster"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".pid")).toList()) {
                pids.add(Long.parseLong(Files.readString(file).strip()));
            }
        }
        return pids;
    }

    /** A process that has ended and that nobody has asked about yet has a number, but no command. */
    private static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    @AfterEach
    void stop() throws Exception {
        cluster("stop");
    }

    @Test
    void aStartDeletesNothingOfOthers() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("cluster"));
        Path log = Files.writeString(folder.resolve("train.log"), "of a training");
        Outcome refused = cluster("start");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.messages()).contains(folder + " has files of others").hasLineCount(1);
        assertThat(log).hasContent("of a training");
    }

    @Test
    void aClusterOfThisMachineTrainsToTheSameBits() throws Exception {
        Outcome started = cluster("start", "-w", "2", "-m", "1g");
        assertThat(started.code()).as(started.messages()).isZero();
        String url = started.results().strip();
        assertThat(url).startsWith("spark://127.0.0.1:");
        List<Long> pids = pids();
        assertThat(pids).hasSize(3);

        Outcome again = cluster("start");
        assertThat(again.code()).as(again.messages()).isZero();
        assertThat(again.results().strip()).isEqualTo(url);
        assertThat(again.messages()).contains("it runs already in " + directory);
        assertThat(pids()).isEqualTo(pids);
        Outcome status = cluster("status");
        assertThat(status.code()).isZero();
        assertThat(status.results().strip()).isEqualTo(url);

        String dataset = SmallRun.prepare(directory);
        String theta = theta(url, dataset);
        try (Stream<Path> work = Files.walk(directory.resolve("cluster"), 3)) {
            assertThat(work.filter(path -> path.getFileName().toString().matches("\\d+")))
                    .as("folders of executors, one below each worker")
                    .hasSize(2);
        }
        assertThat(theta).isEqualTo(theta("local[1]", dataset));

        assertThat(cluster("stop").code()).isZero();
        assertThat(pids.stream().filter(ClusterIT::runs)).isEmpty();
        assertThat(cluster("status").code()).isEqualTo(1);
    }
}
