package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.DatasetRecount;
import io.github.hyenaspark.jobs.testing.DatasetState;
import io.github.hyenaspark.jobs.testing.FrozenFiles;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What version 0.2 wrote is read and continued: a dataset of segments with three snapshots, of which the second adds
 * documents, one of them a duplicate, and the third replaces one and removes another; a run on the second; a tokenizer
 * and an export. The files are in {@code src/test/resources/frozen/0.2}, made by {@code make.sh} there.
 */
class FrozenSegmentsIT {
    private static final int LENGTH = 700; // bytes that make.sh takes of a text of 0.1
    private static final String ANOTHER = "What was written in its place.\n";

    @TempDir
    Path directory;

    private FrozenFiles frozen = new FrozenFiles(Path.of(""));

    @BeforeEach
    void copyTheFiles() throws IOException, URISyntaxException {
        frozen = FrozenFiles.copy("0.2", directory.resolve("0.2"));
        FrozenFiles.copy("0.1", directory.resolve("0.1")); // which has the texts
    }

    private static Outcome command(String... words) {
        return SmallRun.bare("local[2]", List.of(words));
    }

    private String dataset() {
        return frozen.place("dataset");
    }

    /** The documents that a night added, by name. */
    private Map<String, String> night(int number) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory.resolve("0.1/corpus/night-" + number))) {
            for (Path file : files.toList()) {
                byte[] text = Files.readAllBytes(file);
                texts.put(
                        file.getFileName().toString(),
                        new String(text, 0, Math.min(text.length, LENGTH), StandardCharsets.ISO_8859_1));
            }
        }
        return texts;
    }

    /** Those of a snapshot, and for the last two a file that is broken. */
    private Map<String, String> corpus(int snapshot) throws IOException {
        Map<String, String> texts = night(1);
        if (snapshot > 1) {
            texts.putAll(night(2));
        }
        if (snapshot > 2) {
            texts.remove("twain.txt");
            texts.put("austen.txt", ANOTHER);
        }
        return texts;
    }

    private List<String> texts(int snapshot) throws IOException {
        Map<String, String> corpus = corpus(snapshot);
        corpus.remove("broken.txt");
        return corpus.values().stream().sorted().toList();
    }

    /** The input as it was when the last snapshot was made. */
    private Path input() throws IOException {
        Path input = Files.createDirectories(directory.resolve("input"));
        Map<String, String> first = night(1);
        for (Map.Entry<String, String> file : corpus(3).entrySet()) {
            Path path = input.resolve(file.getKey());
            Files.write(path, file.getValue().getBytes(StandardCharsets.ISO_8859_1));
            int night = first.containsKey(file.getKey()) ? 1 : 2;
            FrozenFiles.date(path, file.getValue().equals(ANOTHER) ? 3 : night);
        }
        return input;
    }

    private JsonNode prepare() throws IOException {
        return command(
                        "prepare",
                        "data.input=" + directory.resolve("input"),
                        "data.dataset=" + dataset(),
                        "data.tokenizer=" + frozen.place("tokenizer"),
                        "data.validation-documents=[cleveland.txt]",
                        "data.unit-bytes=1000",
                        "data.max-bad-fraction=0.5",
                        "data.clean.duplicates=near")
                .json();
    }

    private void assertWhole() throws IOException {
        assertThat(command("verify", dataset()).json().get("faults")).isEmpty();
    }

    @Test
    void everyObjectHasItsHash() throws IOException {
        ObjectNode dataset = (ObjectNode) command("verify", dataset()).json();
        assertThat(dataset.without(List.of("dataset", "faults")).toString())
                .isEqualTo(frozen.verified("dataset").toString());
        ObjectNode run = (ObjectNode) command("verify", frozen.place("run")).json();
        ObjectNode then = (ObjectNode) frozen.result("verify-run");
        assertThat(run.without("run").toString()).isEqualTo(then.without("run").toString());
        assertThat(run.get("valid").booleanValue()).isTrue();
    }

    @Test
    void everySnapshotHasItsDocuments() throws IOException {
        var state = new DatasetState(Storage.local(), dataset());
        for (int snapshot = 1; snapshot <= 3; snapshot++) {
            assertThat(state.documents("" + snapshot))
                    .as("snapshot %d", snapshot)
                    .isEqualTo(texts(snapshot));
        }
        DatasetRecount.of(Path.of(dataset())).assertReport();
        ObjectNode found = (ObjectNode) command("inspect", "--json", dataset()).json();
        ObjectNode then = (ObjectNode) frozen.result("inspect-dataset");
        assertThat(found.without(List.of("dataset", "snapshot")).toString())
                .isEqualTo(then.without(List.of("dataset", "snapshot")).toString());
    }

    /** What is new is compared with the keys that 0.2 sorted. */
    @Test
    void theDatasetGrows() throws IOException {
        Path input = input();
        JsonNode again = prepare();
        assertThat(again.get("outcome").textValue()).isEqualTo("unchanged");
        assertThat(again.get("duplicates").intValue()).isEqualTo(1);
        String jackson = corpus(3).getOrDefault("jackson.txt", "");
        Files.writeString(input.resolve("new.txt"), jackson, StandardCharsets.ISO_8859_1);
        JsonNode fourth = prepare();
        assertThat(fourth.get("prepared_units").intValue()).isEqualTo(1);
        assertThat(fourth.get("duplicates").intValue()).isEqualTo(2);
        List<String> expected = new ArrayList<>(texts(3));
        expected.add(jackson);
        assertThat(new DatasetState(Storage.local(), dataset()).documents())
                .containsExactlyInAnyOrderElementsOf(expected);
        assertWhole();
    }

    @Test
    void thereIsNothingToMigrate() throws IOException {
        Map<String, String> before = new DatasetState(Storage.local(), dataset()).objects();
        JsonNode migrated = command("migrate", "data.dataset=" + dataset()).json();
        assertThat(migrated.get("outcome").textValue()).isEqualTo("unchanged");
        assertThat(new DatasetState(Storage.local(), dataset()).objects()).isEqualTo(before);
    }

    @Test
    void theRunIsResumedAndItsSnapshotStays() throws IOException {
        JsonNode found = command(
                        "train",
                        "data.dataset=" + dataset(),
                        "run.dir=" + frozen.place("run"),
                        "run.allow-inexact-resume=true")
                .json();
        JsonNode then = frozen.result("train");
        assertThat(found.get("round").intValue()).isEqualTo(4);
        assertThat(found.get("tokens")).isEqualTo(then.get("tokens"));
        for (String loss : List.of("loss", "held_out_loss")) { // made before the numeric contract, with other last bits
            assertThat(found.get(loss).doubleValue())
                    .as(loss)
                    .isCloseTo(then.get(loss).doubleValue(), within(1e-4));
        }
        JsonNode expired = command("expire", "data.dataset=" + dataset(), "expire.keep-last=1")
                .json();
        assertThat(expired.get("expired_snapshots").intValue()).isEqualTo(1);
        assertThat(expired.get("pinned_snapshots").intValue()).isEqualTo(1);
        JsonNode swept = command("vacuum", "data.dataset=" + dataset(), "vacuum.older-than-hours=0")
                .json();
        assertThat(swept.get("deleted_files").intValue()).isPositive();
        assertWhole();
        assertThat(new DatasetState(Storage.local(), dataset()).documents("2")).isEqualTo(texts(2));
    }

    @Test
    void itsPinIsRead() throws IOException {
        try (Stream<Path> pins = Files.list(Path.of(dataset(), "pins"))) {
            Path pin = pins.findFirst().orElseThrow();
            String here = Files.readString(pin).replaceFirst("(\"run\" : )\"[^\"]+\"", "$1\"" + directory + "\"");
            Files.writeString(pin, here);
        }
        JsonNode expired = command("expire", "data.dataset=" + dataset(), "expire.keep-last=1")
                .json();
        assertThat(expired.get("pinned_snapshots").intValue()).isEqualTo(1);
        assertThat(Files.exists(Path.of(dataset(), "snapshots/00000002.json"))).isTrue();
    }

    @Test
    void aRunBeginsOnIt() throws IOException {
        JsonNode found = SmallRun.hyena(
                        "local[2]",
                        "train",
                        "data.dataset=" + dataset(),
                        "run.dir=" + directory.resolve("another"),
                        "train.rounds=1")
                .json();
        assertThat(found.get("round").intValue()).isEqualTo(1);
        assertThat(found.get("loss").doubleValue()).isBetween(1.0, 10.0);
    }

    @Test
    void theRunIsEvaluated() throws IOException {
        JsonNode found = command(
                        "evaluate",
                        "run.dir=" + frozen.place("run"),
                        "data.dataset=" + dataset(),
                        "evaluate.output=" + directory.resolve("evaluation"))
                .json();
        JsonNode then = frozen.result("evaluate");
        assertThat(found.get("tokens")).isEqualTo(then.get("tokens"));
        assertThat(found.get("loss").doubleValue()).isCloseTo(then.get("loss").doubleValue(), within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "imported"})
    void theRunAndTheExportGenerateTheText(String name) throws IOException {
        JsonNode imported = command(
                        "import", "import.input=" + frozen.place("export"), "run.dir=" + frozen.place("imported"))
                .json();
        assertThat(imported.get("theta_sha256"))
                .isEqualTo(frozen.result("export").get("theta_sha256"));
        Outcome outcome = command(
                "generate",
                "run.dir=" + frozen.place(name),
                "generate.prompt=the people of the ",
                "generate.tokens=40");
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        assertThat(outcome.results())
                .isEqualTo(Files.readString(frozen.directory().resolve("results/run.txt")));
    }

    @Test
    void theTokenizerIsTheSame() throws IOException {
        Tokenizer tokenizer = Tokenizer.open(Storage.local(), frozen.place("tokenizer"));
        byte[] text = "the people, älter als 42 ".getBytes(StandardCharsets.UTF_8);
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        JsonNode trained = frozen.result("train-tokenizer");
        assertThat(tokenizer.fingerprint()).isEqualTo(trained.get("fingerprint").textValue());
        assertThat(Arrays.stream(tokenizer.encode(text)).max().orElse(0))
                .isLessThan(trained.get("vocabulary_size").intValue());
    }
}
