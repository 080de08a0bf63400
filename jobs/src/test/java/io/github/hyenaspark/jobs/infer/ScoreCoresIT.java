package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class ScoreCoresIT {
    @TempDir
    Path directory;

    private JsonNode score(String master, Path input, String output) throws IOException {
        List<String> words = List.of(
                "score",
                "run.dir=" + directory.resolve("run"),
                "data.input=" + input,
                "score.output=" + directory.resolve(output));
        return SmallRun.bare(master, words).json();
    }

    /** Cores that would have no document help with the one there is, and change no bit of its scores. */
    @Test
    void oneDocumentHasAllCoresOfThisMachine() throws IOException {
        String dataset = SmallRun.prepare(directory);
        SmallRun.hyena(
                        "local[2]",
                        "train",
                        "data.dataset=" + dataset,
                        "run.dir=" + directory.resolve("run"),
                        "train.rounds=1")
                .json();
        Path input = Files.writeString(directory.resolve("one.txt"), "alpha beta gamma delta ".repeat(250));
        double alone = score("local[1]", input, "alone").get("nats").doubleValue();
        System.setProperty("spark.extraListeners", CpusOfTasks.class.getName());
        try {
            JsonNode together = score("local[3]", input, "together");
            assertThat(together.get("nats").doubleValue()).isEqualTo(alone);
        } finally {
            System.clearProperty("spark.extraListeners");
        }
        assertThat(CpusOfTasks.FOUND).containsOnly(3);
    }

    /** More threads change no bit, so a run that was trained with more cores than there are here can be used. */
    @Test
    void aRunOfMoreThreadsThanThereAreCoresHereIsUsedWithThose() throws IOException {
        String run = "run.dir=" + directory.resolve("run");
        String dataset = "data.dataset=" + SmallRun.prepare(directory);
        SmallRun.hyena("local[3]", "train", dataset, run, "train.rounds=1", "train.threads=3")
                .json();
        Path input = Files.writeString(directory.resolve("one.txt"), "alpha beta gamma delta ".repeat(250));
        assertThat(score("local[2]", input, "two").get("nats").doubleValue())
                .isEqualTo(score("local[3]", input, "three").get("nats").doubleValue());
        String output = "embed.output=" + directory.resolve("embedded");
        assertThat(SmallRun.bare("local[1]", List.of("embed", run, "data.input=" + input, output))
                        .json()
                        .get("documents")
                        .intValue())
                .isEqualTo(1);
        JsonNode one = SmallRun.bare("local[1]", List.of("evaluate", run)).json();
        JsonNode three = SmallRun.bare("local[3]", List.of("evaluate", run)).json();
        assertThat(one.get("loss")).isNotNull().isEqualTo(three.get("loss"));
    }

    /** Notes how many cores the tasks of each stage get. */
    public static final class CpusOfTasks extends SparkListener {
        private static final Set<Integer> FOUND = ConcurrentHashMap.newKeySet();

        @Override
        public void onStageSubmitted(SparkListenerStageSubmitted stage) {
            FOUND.add(SparkEnv.get().conf().getInt("spark.task.cpus", 1));
        }
    }
}
