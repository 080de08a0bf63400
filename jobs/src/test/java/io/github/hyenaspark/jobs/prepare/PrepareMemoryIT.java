package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.shard.table.Quarantine;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents far larger than the heap, and many more of them than it has room for. */
@Tag("process")
class PrepareMemoryIT {
    private static final long GIGABYTE = 1 << 30;
    private static final String WORDS = "she sells sea shells by the sea shore and the shells she sells are ";
    private static final Pattern COLLECTION = Pattern.compile("->(\\d+)M\\(\\d+M\\)");

    /** Below 512 MB, and what Spark asks for at least. */
    private static final HyenaProcess SMALL_HEAP =
            HyenaProcess.on("local[1]").withFlags("-Xmx500m", "-XX:TieredStopAtLevel=4");

    @TempDir
    Path directory;

    @Test
    @Tag("goal-4")
    void aLineOfMegabytesPassesASmallHeap() throws Exception {
        // Spark keeps 300 MiB of a heap for itself, unless it is told otherwise.
        HyenaProcess process = HyenaProcess.on("local[1]")
                .with("spark.testing.reservedMemory", "33554432")
                .withFlags("-Xmx96m");
        JsonNode result = prepare(process, write("line.txt", "", WORDS, 128 << 20), "bytes");
        assertThat(result.get("documents").intValue()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "dna", "gpt2"})
    @Tag("endurance")
    @Tag("goal-4")
    void aLineOfAGigabytePasses(String tokenizer) throws Exception {
        JsonNode result = prepare(SMALL_HEAP, write("line.txt", "", WORDS, GIGABYTE), tokenizer);
        assertThat(result.get("documents").intValue()).isEqualTo(1);
        assertThat(result.get("train_tokens").longValue()).isGreaterThan(GIGABYTE / 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "dna"})
    @Tag("endurance")
    @Tag("goal-4")
    void aJsonLineOfAGigabytePasses(String tokenizer) throws Exception {
        Path line = write("line.jsonl", "{\"text\": \"", WORDS, GIGABYTE);
        Files.writeString(line, "\"}\n", StandardOpenOption.APPEND);
        JsonNode result = prepare(SMALL_HEAP, line, tokenizer);
        assertThat(result.get("documents").intValue()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "dna"})
    @Tag("endurance")
    @Tag("goal-4")
    void aFastaRecordOf250MegabytesPasses(String tokenizer) throws Exception {
        Path genome = write("genome.fa", ">chromosome\n", "ACGTTGCATTGACCAGTAAC".repeat(3) + "\n", 255_000_000);
        JsonNode result = prepare(SMALL_HEAP, genome, tokenizer);
        assertThat(result.get("documents").intValue()).isEqualTo(1);
        assertThat(result.get("train_tokens").longValue()).isGreaterThan(250_000_000);
    }

    @Test
    @Tag("goal-4")
    void anUnspacedRunLongerThanAMegabyteIsQuarantinedByBpe() throws Exception {
        write("run.txt", "", "ab", 2 << 20);
        Path corpus = write("text.txt", "", WORDS, 1 << 10).resolveSibling("*.txt");
        JsonNode result = prepare(SMALL_HEAP, corpus, "gpt2", "data.max-bad-fraction=1");
        assertThat(result.get("documents").intValue()).isEqualTo(1);
        assertThat(result.get("rejected").intValue()).isEqualTo(1);

        List<Quarantine.Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory.resolve("dataset").resolve(Quarantine.FOLDER))) {
            Quarantine.read(Storage.local(), files.findFirst().orElseThrow().toString(), entries::add);
        }
        assertThat(entries).singleElement().satisfies(entry -> {
            assertThat(entry.path()).isEqualTo("run.txt");
            assertThat(entry.reason()).startsWith("an unspaced run longer than 1 MB");
        });
    }

    @Test
    @Tag("endurance")
    void theHeapOfTheDriverIsFlatInTheNumberOfDocuments() throws Exception {
        long few = driverMebibytes(10_000);
        long many = driverMebibytes(1_000_000);
        assertThat(many)
                .as("live MiB of the driver's heap; with 10,000 documents %d", few)
                .isLessThan(few + 24);
    }

    /** The most of the driver's heap that survived a collection; tasks run in a process of their own. */
    private long driverMebibytes(int documents) throws Exception {
        Path corpus = directory.resolve(documents + ".jsonl");
        try (var out = new BufferedOutputStream(Files.newOutputStream(corpus))) {
            for (int i = 0; i < documents; i++) {
                String line = "{\"text\": \"" + i + " " + WORDS + "\"}\n";
                out.write(line.getBytes(StandardCharsets.US_ASCII));
            }
        }
        Path log = directory.resolve(documents + ".log");
        HyenaProcess process = HyenaProcess.on("local-cluster[1,1,1024]").withFlags("-Xmx512m", "-Xlog:gc:file=" + log);
        JsonNode result = prepare(process, corpus, "bytes", "data.unit-bytes=8388608");
        assertThat(result.get("documents").intValue()).isEqualTo(documents);
        long most = 0;
        for (String line : Files.readAllLines(log)) {
            Matcher matcher = COLLECTION.matcher(line);
            most = matcher.find() ? Math.max(most, Long.parseLong(matcher.group(1))) : most;
        }
        System.out.printf("%,d documents: at most %d MiB of the driver's heap were live%n", documents, most);
        return most;
    }

    private JsonNode prepare(HyenaProcess process, Path input, String tokenizer, String... more) throws Exception {
        Path dataset = directory.resolve("dataset");
        Storage.local().delete(dataset.toString());
        List<String> words = new ArrayList<>(List.of(
                "prepare",
                "data.input=" + input,
                "data.dataset=" + dataset,
                "data.tokenizer=" + tokenizer,
                "data.validation-fraction=0",
                "data.source.documents=line"));
        words.addAll(List.of(more));
        try (Running running = process.start(directory.resolve("said"), words.toArray(String[]::new))) {
            running.process().waitFor(30, TimeUnit.MINUTES);
            return running.await().json();
        }
    }

    private Path write(String name, String begin, String again, long bytes) throws IOException {
        Path file = directory.resolve(name);
        byte[] block = again.repeat(Math.max(1, (1 << 16) / again.length())).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(begin.getBytes(StandardCharsets.US_ASCII));
            for (long written = 0; written < bytes; written += block.length) {
                out.write(block);
            }
        }
        return file;
    }
}
