package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.IdleMachine;
import io.github.hyenaspark.jobs.testing.Script;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How fast preparing is: CPU time where that is enough, and where two cores are compared, only on an idle machine. */
@Tag("endurance")
class PrepareSpeedIT {
    private static final String BOTH_COMPILERS = "-XX:TieredStopAtLevel=4";
    private static final long CORPUS_BYTES = 1L << 30; // minutes: the start of the JVM is then a small part
    private static final int TURNS = 2;

    @TempDir
    Path directory;

    @Test
    void oneCorePreparesAsFastAsTheIssueAsks() throws Exception {
        JsonNode found = HyenaProcess.on("local[1]")
                .withFlags(BOTH_COMPILERS, "-Xmx2g")
                .run(directory, "bench", "prepare")
                .json();
        System.out.println(found);
        assertThat(found.get("bytes_mb_per_s").doubleValue()).isGreaterThan(80);
        assertThat(found.get("dna_mb_per_s").doubleValue()).isGreaterThan(80);
        assertThat(found.get("bytes_lines_mb_per_s").doubleValue()).isGreaterThan(50);
        assertThat(found.get("gpt2_to_jtokkit").doubleValue()).isGreaterThan(0.8);
    }

    @Test
    void twoCoresPrepareAtLeast17TenthsAsFast() throws Exception {
        IdleMachine.assumeTwoIdleCores();
        Path corpus = corpus();
        double one = Double.MAX_VALUE;
        double two = Double.MAX_VALUE;
        for (int turn = 0; turn < TURNS; turn++) { // what else runs on the host can only slow one down
            one = Math.min(one, seconds("local[1]", corpus));
            two = Math.min(two, seconds("local[2]", corpus));
        }
        System.out.printf("local[1] %.1f s, local[2] %.1f s: %.2f times%n", one, two, one / two);
        assertThat(one / two).isGreaterThan(1.7);
    }

    /** The shipped documents one after the other, until there is enough. */
    private Path corpus() throws IOException {
        Path shipped = Path.of(System.getProperty("basedir", "."), "../data-pipelines/sample-corpus");
        Path file = directory.resolve("corpus.txt");
        try (Stream<Path> documents = Files.list(shipped);
                OutputStream out = Files.newOutputStream(file)) {
            List<Path> texts = documents
                    .filter(d -> d.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
            while (Files.size(file) < CORPUS_BYTES) {
                for (Path text : texts) {
                    Files.copy(text, out);
                }
            }
        }
        return file;
    }

    /** As users start it, with the flags that are shipped. */
    private double seconds(String master, Path corpus) throws Exception {
        Path dataset = directory.resolve("dataset");
        Storage.local().delete(dataset.toString());
        return Script.named("hyena")
                .run(
                        directory,
                        "--master",
                        master,
                        "prepare",
                        "data.input=" + corpus,
                        "data.dataset=" + dataset,
                        "data.tokenizer=gpt2",
                        "data.source.documents=line",
                        "data.clean.duplicates=keep",
                        "data.unit-bytes=4194304")
                .json()
                .get("seconds")
                .doubleValue();
    }
}
