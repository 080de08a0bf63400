package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores and predictions of more and more documents, in one process that is the driver and its executor. */
class ScoreMemoryIT {
    private static final Pattern FULL_COLLECTION = Pattern.compile("Pause Full .*->(\\d+)M\\(\\d+M\\)");
    private static final int LONGEST_MINUTES = 30;

    @TempDir
    Path directory;

    @Test
    @Tag("endurance")
    void theHeapIsFlatInTheNumberOfDocuments() throws Exception {
        String run = directory.resolve("run").toString();
        SmallRun.hyena("local[2]", "train", "data.dataset=" + SmallRun.prepare(directory), "run.dir=" + run)
                .json();
        isFlat("score", run);
    }

    @Test
    @Tag("endurance")
    void theHeapIsFlatInTheNumberOfPredictions() throws Exception {
        String run = directory.resolve("fit").toString();
        var lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append("{\"text\": \"alpha ")
                    .append(i)
                    .append("\", \"label\": ")
                    .append(i % 2)
                    .append("}\n");
        }
        Path labelled = Files.writeString(directory.resolve("labelled.jsonl"), lines);
        List<String> fit = List.of(
                "fit",
                "data.input=" + labelled,
                "run.dir=" + run,
                "fit.folds=0",
                "fit.epochs=1",
                "model.d-model=8",
                "model.n-layer=1",
                "model.mixer=hyena-se");
        SmallRun.bare("local[2]", fit).json();
        isFlat("predict", run);
    }

    private void isFlat(String command, String run) throws Exception {
        long few = liveMebibytes(command, run, 2_000);
        long many = liveMebibytes(command, run, 40_000);
        assertThat(many).as("live MiB; with 2,000 documents %d", few).isLessThan(few + 24);
    }

    /** The most that was live at any of the full collections, one of which this asks for every second. */
    private long liveMebibytes(String command, String run, int documents) throws Exception {
        Path log = directory.resolve(documents + ".log");
        HyenaProcess process = HyenaProcess.on("local[2]").withFlags("-Xmx512m", "-Xlog:gc:file=" + log);
        String output = directory.resolve(command + "-" + documents).toString();
        String[] arguments = {
            command, "run.dir=" + run, "data.input=" + corpus(documents), command + ".output=" + output
        };
        try (Running running = process.start(directory.resolve("said"), arguments)) {
            int seconds = 0;
            while (!running.process().waitFor(1, TimeUnit.SECONDS)) {
                assertThat(seconds++).as("seconds").isLessThan(LONGEST_MINUTES * 60);
                collect(running.process().pid());
            }
            JsonNode result = running.await().json();
            assertThat(result.get("documents").intValue()).isEqualTo(documents);
            assertThat(result.get("failed").intValue()).isZero();
        }
        long most = 0;
        for (String line : Files.readAllLines(log)) {
            Matcher matcher = FULL_COLLECTION.matcher(line);
            most = matcher.find() ? Math.max(most, Long.parseLong(matcher.group(1))) : most;
        }
        System.out.printf("%s, %,d documents: at most %d MiB of the heap were live%n", command, documents, most);
        assertThat(most).as("MiB; there must be a full collection in %s", log).isPositive();
        return most;
    }

    /** A process that has just ended does not answer, which is no failure. */
    private static void collect(long pid) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        new ProcessBuilder(jcmd, Long.toString(pid), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private Path corpus(int documents) throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < documents; i++) {
            lines.append("{\"text\": \"alpha beta gamma delta ").append(i).append("\"}\n");
        }
        return Files.writeString(directory.resolve(documents + ".jsonl"), lines);
    }
}
