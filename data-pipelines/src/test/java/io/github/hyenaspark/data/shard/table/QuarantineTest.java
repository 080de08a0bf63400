package io.github.hyenaspark.data.shard.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.table.Quarantine.Entry.Kind;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuarantineTest {
    @TempDir
    Path dataset;

    private Storage storage;

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
    }

    @Test
    void entriesComeBackInTheirOrder() throws IOException {
        List<Quarantine.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            entries.add(entry(i));
        }
        ObjectRef file = write(entries);
        List<String> found = new ArrayList<>();
        Quarantine.read(storage, dataset.resolve(file.file()).toString(), entry -> found.add(describe(entry)));

        assertThat(found)
                .isEqualTo(entries.stream().map(QuarantineTest::describe).toList());
        assertThat(file.file()).isEqualTo("quarantine/u7-" + file.sha256().substring(0, 16) + ".jsonl.zst");
        assertThat(dataset.resolve(file.file())).exists();
    }

    @Test
    void aLineIsAJsonObject() throws IOException {
        byte[] beginning = "a \"text\"\n\u00FC".getBytes(UTF_8);
        var entry = new Quarantine.Entry("a/b.txt", 5, 7, Kind.BAD, "malformed UTF-8", beginning);
        var other = new Quarantine.Entry("a/b.txt", 6, 6, Kind.FILTERED, "min-bytes", new byte[] {(byte) 0xFF, 1});
        Path file = dataset.resolve(write(List.of(entry, other)).file());
        try (var in = new ZstdInputStream(Files.newInputStream(file))) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("""
                            {"path":"a/b.txt","position":5,"offset":7,"kind":"bad","reason":"malformed UTF-8",\
                            "beginning":"a \\"text\\"\\n\u00FC"}
                            {"path":"a/b.txt","position":6,"offset":6,"kind":"filtered","reason":"min-bytes",\
                            "beginning_base64":"/wE="}
                            """);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00FC", "\u20AC", "\uD83D\uDE00", "x"})
    void ofALongBeginning256BytesAreKeptAndNoPartOfACharacter(String last) {
        for (int before = 250; before <= 256; before++) {
            byte[] bytes = ("a".repeat(before) + last.repeat(8)).getBytes(UTF_8);
            var entry = new Quarantine.Entry("p", 0, 0, Kind.BAD, "r", bytes);
            int whole = (256 - before) / last.getBytes(UTF_8).length;

            assertThat(entry.beginning()).isEqualTo(Arrays.copyOf(bytes, 256));
            assertThat(entry.toJson().get("beginning").textValue()).isEqualTo("a".repeat(before) + last.repeat(whole));
        }
    }

    @Test
    void withoutEntriesThereIsNoFile() throws IOException {
        try (var writer = Quarantine.open()) {
            assertThat(writer.write(storage, dataset.toString(), "u7")).isEmpty();
        }
        assertThat(dataset).isEmptyDirectory();
    }

    @Test
    void equalEntriesMakeEqualFiles() throws IOException {
        List<Quarantine.Entry> entries = List.of(entry(1), entry(2), entry(3));

        assertThat(write(entries)).isEqualTo(write(entries));
        assertThat(write(entries).file())
                .isNotEqualTo(write(entries.subList(0, 2)).file());
    }

    @Test
    void aChangedByteIsRefused() throws IOException {
        Path file = dataset.resolve(write(List.of(entry(1), entry(2))).file());
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 16;
            Files.write(file, changed);

            assertThatThrownBy(() -> Quarantine.read(storage, file.toString(), entry -> {}))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining(": expected content of the hash in the name, found the hash ");
        }
    }

    @Test
    void anEntryOfAnotherShapeIsRefused() {
        String line = Json.line(entry(4).toJson());

        refused(line.replace("\"bad\"", "\"odd\""), "x: expected bad or filtered as \"kind\", found \"odd\"");
        refused(line.replace("base64\":\"", "base64\":\"*"), "x: expected Base64 as \"beginning_base64\", found \"*");
        refused(line.replace("\"offset\"", "\"place\""), "x: expected the key \"offset\", found only [path, ");
    }

    private static void refused(String line, String message) {
        assertThatThrownBy(() -> Quarantine.Entry.fromJson(Json.parse("x", line.getBytes(UTF_8)), "x"))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(message);
    }

    private ObjectRef write(List<Quarantine.Entry> entries) throws IOException {
        try (var writer = Quarantine.open()) {
            for (Quarantine.Entry entry : entries) {
                writer.append(entry);
            }
            return writer.write(storage, dataset.toString(), "u7").orElseThrow();
        }
    }

    private static Quarantine.Entry entry(int i) {
        byte[] beginning = new byte[i % 300];
        if (i % 2 == 0) {
            new Random(i).nextBytes(beginning);
        } else {
            Arrays.fill(beginning, (byte) 'x');
        }
        return new Quarantine.Entry(
                "a/\u00FC" + i, i, i + 1L, i % 4 == 0 ? Kind.BAD : Kind.FILTERED, "why " + i % 3, beginning);
    }

    private static String describe(Quarantine.Entry entry) {
        return String.join(
                "|",
                entry.path(),
                entry.position() + "",
                entry.offset() + "",
                entry.kind().name(),
                entry.reason(),
                Arrays.toString(entry.beginning()));
    }
}
