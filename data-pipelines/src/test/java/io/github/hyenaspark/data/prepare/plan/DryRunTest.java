package io.github.hyenaspark.data.prepare.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.testing.ParquetFiles;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Estimates of corpora whose documents and tokens are known. */
class DryRunTest {
    private static final int SAMPLE = 1 << 19;
    private static final int UNIT = 2 * SAMPLE;
    /** A deflater holds some kilobytes back, of which nothing is seen where an archive is cut. */
    private static final double HELD_BACK = 0.05;

    private final String root = "mem://" + UUID.randomUUID();
    private MemoryFileSystem store;
    private Storage storage;

    @BeforeEach
    void open() throws IOException {
        Map<String, String> hadoop = Map.of("fs.mem.impl", MemoryFileSystem.class.getName());
        var configuration = new Configuration();
        hadoop.forEach(configuration::set);
        store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration);
        storage = Storage.of(hadoop);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void add(String file, byte[] content) throws IOException {
        storage.replace(root + "/input/" + file, content);
    }

    private JsonNode estimate() throws IOException {
        DataConfig config = Settings.load(List.of(
                        "data.input=" + root + "/input",
                        "data.dataset=" + root + "/dataset",
                        "data.unit-bytes=" + UNIT,
                        "data.validation-fraction=0"))
                .bind("data", DataConfig.class);
        DatasetSpec spec = DatasetSpec.of(storage, config);
        InputPlan plan = InputPlan.of(storage, spec);
        store.forgetCounts();
        return DryRun.estimate(storage, spec, plan, SAMPLE);
    }

    private long bytesRead(String file) {
        return store.bytesRead().getOrDefault(root + "/input/" + file, 0L);
    }

    private static byte[] repeated(String line, int bytes) {
        return line.repeat(bytes / line.length()).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    /** Letters that hardly can be compressed, in lines. */
    private static byte[] noise(int bytes, int line) {
        byte[] random = new byte[bytes * 3 / 4];
        new Random(7).nextBytes(random);
        byte[] text = Base64.getEncoder().encode(random);
        for (int at = line - 1; at < text.length; at += line) {
            text[at] = '\n';
        }
        return text;
    }

    private static void assertClose(JsonNode estimate, String key, double expected, double share) {
        assertThat(estimate.get(key).doubleValue()).as(key).isCloseTo(expected, within(share * expected));
    }

    @Test
    void everyUnitHasItsSayHoweverDifferentTheyAre() throws IOException {
        String sparse = "{\"other\": \"" + "x".repeat(1000) + "\", \"text\": \"a\"}\n";
        byte[] first = repeated(sparse, UNIT);
        String dense = "{\"text\": \"" + "a".repeat(989) + "\"}\n"; // 1,002 bytes
        byte[] second = repeated(dense, UNIT);
        add("1.jsonl", first);
        add("2.jsonl", second);

        JsonNode estimate = estimate();
        assertThat(estimate.get("units").intValue()).isEqualTo(2);
        assertThat(estimate.get("sampled_bytes").longValue()).isLessThanOrEqualTo(SAMPLE);
        double documents = (double) first.length / sparse.length() + (double) second.length / dense.length();
        assertClose(estimate, "documents", documents, 0.01);
        assertClose(
                estimate, "tokens", (double) first.length / sparse.length() * 2 + second.length / 1002.0 * 990, 0.01);
        assertThat(bytesRead("1.jsonl") + bytesRead("2.jsonl")).isLessThanOrEqualTo(SAMPLE);
    }

    @Test
    void ofAHugeArchiveOnlyTheBeginningIsRead() throws IOException {
        byte[] lines = noise(8 * SAMPLE, 500);
        var json = new ByteArrayOutputStream();
        for (int at = 0; at + 500 <= lines.length; at += 500) {
            json.write("{\"text\": \"".getBytes(StandardCharsets.UTF_8));
            json.write(lines, at, 499);
            json.write("\"}\n".getBytes(StandardCharsets.UTF_8));
        }
        byte[] archive = gzip(json.toByteArray());
        assertThat(archive.length).isGreaterThan(4 * SAMPLE);
        add("1.jsonl.gz", archive);

        JsonNode estimate = estimate();
        assertThat(bytesRead("1.jsonl.gz")).isLessThanOrEqualTo(SAMPLE);
        assertClose(estimate, "documents", lines.length / 500.0, HELD_BACK);
        assertClose(estimate, "tokens", lines.length, HELD_BACK);
        assertThat(estimate.get("bad").longValue()).isZero();
    }

    @Test
    void aTextThatIsLongerThanTheSampleIsOneDocument() throws IOException {
        byte[] text = noise(8 * SAMPLE, 80);
        add("1.txt", text);
        add("2.txt.gz", gzip(text));

        JsonNode estimate = estimate();
        assertThat(bytesRead("1.txt")).isLessThanOrEqualTo(SAMPLE / 2);
        assertThat(bytesRead("2.txt.gz")).isLessThanOrEqualTo(SAMPLE / 2);
        assertThat(estimate.get("documents").longValue()).isEqualTo(2);
        assertClose(estimate, "tokens", 2.0 * text.length, HELD_BACK);
        assertThat(estimate.get("bad").longValue()).isZero();
    }

    @Test
    void aSmallCorpusIsCountedExactly(@TempDir Path directory) throws IOException {
        add("1.txt", "ü".repeat(50).getBytes(StandardCharsets.UTF_8));
        add("2.txt", new byte[] {'a', (byte) 0xff});
        add("3.jsonl", "{\"text\":\"one\"}\n\n{\"text\":\"two\"}\nbroken\n".getBytes(StandardCharsets.UTF_8));
        MessageType schema = MessageTypeParser.parseMessageType("message row { required binary text (STRING); }");
        Path parquet = directory.resolve("4.parquet");
        try (ParquetWriter<Group> writer = ParquetFiles.writer(parquet, schema, CompressionCodecName.SNAPPY)) {
            for (int row = 0; row < 2000; row++) {
                Group group = new SimpleGroup(schema);
                group.add("text", "row " + (1000 + row));
                writer.write(group);
            }
        }
        add("4.parquet", Files.readAllBytes(parquet));

        JsonNode estimate = estimate();
        assertThat(estimate.get("documents").longValue()).isEqualTo(1 + 2 + 2000);
        assertThat(estimate.get("tokens").longValue()).isEqualTo(101 + 2 * 4 + 2000 * 9);
        assertThat(estimate.get("bad").longValue()).isEqualTo(2);
        assertThat(estimate.get("sampled_bytes")).isEqualTo(estimate.get("input_bytes"));
    }
}
