package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
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
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What version 0.1 wrote is read and continued. Its files are in {@code src/test/resources/frozen/0.1}, the commands
 * behind them in {@code make.sh} there, and the commands' results in {@code results}. 0.1 had no numeric contract: what
 * it computed has other last bits than what is computed now, so losses and logits are compared within a tolerance;
 * hashes are compared only of stored bytes. {@code NumericContractIT} pins the bits of now.
 */
class FrozenFormatsIT {
    @TempDir
    Path directory;

    private FrozenFiles frozen = new FrozenFiles(Path.of(""));

    /** Every test works on its own copy, in another place than the files were written to. */
    @BeforeEach
    void copyTheFiles() throws IOException, URISyntaxException {
        frozen = FrozenFiles.copy("0.1", directory);
    }

    private String place(String name) {
        return frozen.place(name);
    }

    /** What the command said in 0.1. */
    private JsonNode result(String name) throws IOException {
        return frozen.result(name);
    }

    private static Outcome command(String... words) {
        return SmallRun.bare("local[2]", List.of(words));
    }

    /** A night's documents in the corpus, with the times that they had when 0.1 prepared them. */
    private void addNight(int number) throws IOException {
        Path corpus = Files.createDirectories(directory.resolve("input"));
        try (Stream<Path> files = Files.list(directory.resolve("corpus/night-" + number))) {
            for (Path file : files.toList()) {
                Path copy = Files.copy(file, corpus.resolve(file.getFileName()));
                FrozenFiles.date(copy, number);
            }
        }
    }

    private List<String> texts(int... nights) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int night : nights) {
            try (Stream<Path> files = Files.list(directory.resolve("corpus/night-" + night))) {
                for (Path file : files.filter(f -> !f.endsWith("broken.txt")).toList()) {
                    texts.add(Files.readString(file));
                }
            }
        }
        return texts.stream().sorted().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dataset", "bpe-dataset"})
    void everyObjectOfADatasetHasItsHash(String name) throws IOException {
        ObjectNode found = (ObjectNode) command("verify", place(name)).json();
        assertThat(found.without(List.of("dataset", "faults")).toString())
                .isEqualTo(frozen.verified(name).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "mixers"})
    void everyObjectHasItsHash(String name) throws IOException {
        ObjectNode found = (ObjectNode) command("verify", place(name)).json();
        ObjectNode then = (ObjectNode) result("verify-" + name);
        assertThat(found.without("run").toString())
                .isEqualTo(then.without("run").toString());
        assertThat(found.get("valid").booleanValue()).isTrue();
    }

    @Test
    void bothSnapshotsHaveTheirDocuments() throws IOException {
        var state = new DatasetState(Storage.local(), place("dataset"));
        assertThat(state.documents("1")).isEqualTo(texts(1));
        assertThat(state.documents()).isEqualTo(texts(1, 2));
        ObjectNode found =
                (ObjectNode) command("inspect", "--json", place("dataset")).json();
        ObjectNode then = (ObjectNode) result("inspect-dataset");
        assertThat(found.without(List.of("dataset", "snapshot")).toString())
                .isEqualTo(then.without(List.of("dataset", "snapshot")).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dataset", "bpe-dataset"})
    void tablesShardsAndQuarantineAreThoseOfTheReport(String name) throws IOException {
        DatasetRecount.of(directory.resolve(name)).assertReport();
    }

    @Test
    void theDatasetGrows() throws IOException {
        addNight(1);
        addNight(2);
        String[] prepare = {
            "prepare",
            "data.input=" + place("input"),
            "data.dataset=" + place("dataset"),
            "data.validation-documents=[cleveland.txt]",
            "data.max-bad-fraction=0.5"
        };
        JsonNode again = command(prepare).json();
        assertThat(again.get("outcome").textValue()).isEqualTo("unchanged");
        assertThat(again.get("documents").intValue()).isEqualTo(5);
        Files.writeString(directory.resolve("input/third.txt"), "Of a later version.\n");
        JsonNode third = command(prepare).json();
        assertThat(third.get("prepared_units").intValue()).isEqualTo(1);
        List<String> expected = new ArrayList<>(texts(1, 2));
        expected.add("Of a later version.\n");
        assertThat(new DatasetState(Storage.local(), place("dataset")).documents())
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(command("verify", place("dataset")).json().get("faults")).isEmpty();
    }

    /** The run goes on with the snapshot that it began with; see {@link #aRunIsResumed}. */
    @Test
    void theDatasetMigratesWithAllItsDocuments() throws IOException {
        Outcome dry =
                command("prepare", "data.input=" + directory, "data.dataset=" + place("dataset"), "data.dry-run=true");
        assertThat(dry.messages()).contains("data.dry-run: found true and in ", "; run hyena migrate data.dataset=");
        assertThat(directory.resolve("dataset/segments"))
                .as("a dry run writes nothing")
                .doesNotExist();
        String[] migrate = {"migrate", "data.dataset=" + place("dataset")};
        JsonNode migrated = command(migrate).json();
        assertThat(migrated.get("outcome").textValue()).isEqualTo("created");
        assertThat(migrated.get("documents").intValue()).isEqualTo(5);
        assertThat(command(migrate).json().get("outcome").textValue()).isEqualTo("unchanged");
        var state = new DatasetState(Storage.local(), place("dataset"));
        assertThat(state.documents()).isEqualTo(texts(1, 2));
        assertThat(state.documents("2")).isEqualTo(texts(1, 2));
        assertThat(command("verify", place("dataset")).json().get("faults")).isEmpty();
        aRunIsResumed("run", "dataset", 4, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "mixers"})
    void aRunIsInspected(String name) throws IOException {
        JsonNode found = command("inspect", "--json", place(name)).json();
        JsonNode then = result("inspect-" + name);
        for (String field : List.of("round", "rounds", "tokens", "parameters", "theta_sha256", "dataset_sha256")) {
            assertThat(found.get(field)).as(field).isEqualTo(then.get(field));
        }
        for (String field : List.of("best_held_out_loss", "bytes", "files", "saved", "tokenizer", "vocabulary_size")) {
            assertThat(found.get(field)).as(field).isEqualTo(then.get(field));
        }
        for (String section : List.of("model", "train")) {
            assertThat(found.at("/settings/" + section)).isEqualTo(then.at("/settings/" + section));
        }
    }

    /** A file of settings that has some sections of those that a run had then. */
    private String settings(String run, List<String> sections) throws IOException {
        ObjectNode settings = Json.object();
        for (String section : sections) {
            settings.set(section, result("inspect-" + run).at("/settings/" + section));
        }
        return Files.write(directory.resolve("settings.conf"), Json.bytes(settings))
                .toString();
    }

    /**
     * In the dataset there is a newer snapshot than the run's, too. What defaults have changed since does not matter.
     */
    @ParameterizedTest
    @CsvSource({"run, dataset, 4, false", "run, dataset, 4, true", "mixers, bpe-dataset, 3, false"})
    void aRunIsResumed(String name, String dataset, int rounds, boolean sayNothing) throws IOException {
        String file = settings(name, sayNothing ? List.of() : List.of("model", "train"));
        List<String> before = Files.readAllLines(Path.of(place(name), "journal.jsonl"));
        JsonNode found = command(
                        "train",
                        file,
                        "data.dataset=" + place(dataset),
                        "run.dir=" + place(name),
                        "run.allow-inexact-resume=true")
                .json();
        JsonNode then = result("train-" + name);
        assertThat(found.get("round").intValue()).isEqualTo(rounds);
        assertThat(found.get("tokens")).isEqualTo(then.get("tokens"));
        for (String loss : List.of("loss", "held_out_loss")) {
            assertThat(found.get(loss).doubleValue())
                    .as(loss)
                    .isCloseTo(then.get(loss).doubleValue(), within(1e-4));
        }
        List<String> after = Files.readAllLines(Path.of(place(name), "journal.jsonl"));
        assertThat(after).hasSize(rounds).startsWith(before.toArray(String[]::new));
        assertThat(command("verify", place(name)).json().get("faults")).isEmpty();
    }

    /** 0.1 wrote no hash of the snapshot. */
    @Test
    void aComparisonGoesOn() throws IOException {
        Path comparison = Files.createDirectory(directory.resolve("comparison"));
        Files.move(directory.resolve("run"), comparison.resolve("hyena-64"));
        Files.writeString(comparison.resolve("snapshot.json"), "{\"snapshot\":\"1\"}");
        JsonNode result = command(
                        "compare",
                        settings("run", List.of("model", "train")),
                        "data.dataset=" + place("dataset"),
                        "compare.dir=" + comparison,
                        "compare.mixers=[hyena]",
                        "compare.lengths=[64]",
                        "compare.speed-lengths=[]",
                        "run.allow-inexact-resume=true")
                .json();
        Path figures = Path.of(result.get("figures").textValue());
        JsonNode cell = Json.parse("the figures", Files.readAllBytes(figures))
                .get("cells")
                .get(0);
        assertThat(cell.get("curve")).hasSize(4);
        assertThat(cell.get("loss").doubleValue())
                .isCloseTo(result("train-run").get("held_out_loss").doubleValue(), within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({"run, dataset", "mixers, bpe-dataset"})
    void aRunIsEvaluated(String name, String dataset) throws IOException {
        JsonNode found = command(
                        "evaluate",
                        "run.dir=" + place(name),
                        "data.dataset=" + place(dataset),
                        "evaluate.output=" + place("evaluation"))
                .json();
        JsonNode then = result("evaluate-" + name);
        assertThat(found.get("tokens")).isEqualTo(then.get("tokens"));
        assertThat(found.get("loss").doubleValue()).isCloseTo(then.get("loss").doubleValue(), within(1e-5));
    }

    private void assertGenerates(String run, String text) throws IOException {
        Outcome outcome = command(
                "generate", "run.dir=" + place(run), "generate.prompt=the people of the ", "generate.tokens=40");
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        assertThat(outcome.results()).isEqualTo(Files.readString(directory.resolve("results/" + text + ".txt")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "mixers"})
    void aRunGeneratesItsText(String name) throws IOException {
        assertGenerates(name, name);
    }

    @Test
    void theParametersOfARunAreExportedAsThen() throws IOException {
        JsonNode found = command("export", place("run"), "export.output=" + place("again"))
                .json();
        assertThat(found.get("theta_sha256")).isEqualTo(result("export").get("theta_sha256"));
        assertThat(directory.resolve("again/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("export/model.safetensors"));
    }

    @Test
    void anExportIsImported() throws IOException {
        JsonNode found = command("import", "import.input=" + place("export"), "run.dir=" + place("imported"))
                .json();
        assertThat(found.get("theta_sha256")).isEqualTo(result("export").get("theta_sha256"));
        assertGenerates("imported", "run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip", "mixers-zip"})
    void deeplearning4jLoadsTheModel(String name) throws IOException {
        JsonNode then = result("numbers-" + name);
        int[] ids = ids(then);
        ComputationGraph graph = ModelSerializer.restoreComputationGraph(
                directory.resolve(name + "/model.zip").toFile());
        INDArray logits = graph.outputSingle(Nd4j.createFromArray(ids).reshape('c', 1, 1, ids.length));
        JsonNode expected = then.get("last_logits");
        assertThat(logits.size(1)).isEqualTo(expected.size());
        for (int v = 0; v < expected.size(); v++) {
            assertThat(logits.getDouble(0, v, ids.length - 1))
                    .as("logit of %d", v)
                    .isCloseTo(expected.get(v).doubleValue(), within(1e-4));
        }
    }

    @Test
    void theTokenizerGivesItsIds() throws IOException {
        JsonNode then = result("numbers-mixers-zip");
        Tokenizer tokenizer = Tokenizer.open(Storage.local(), place("tokenizer/tokenizer.json"));
        byte[] text = then.get("text").textValue().getBytes(StandardCharsets.UTF_8);
        assertThat(tokenizer.encode(text)).isEqualTo(ids(then));
        assertThat(tokenizer.decode(ids(then))).isEqualTo(text);
        JsonNode trained = result("train-tokenizer");
        assertThat(tokenizer.fingerprint()).isEqualTo(trained.get("fingerprint").textValue());
        assertThat(tokenizer.vocabularySize())
                .isEqualTo(trained.get("vocabulary_size").intValue());
    }

    private static int[] ids(JsonNode numbers) {
        int[] ids = new int[numbers.get("ids").size()];
        Arrays.setAll(ids, i -> numbers.get("ids").get(i).intValue());
        return ids;
    }
}
