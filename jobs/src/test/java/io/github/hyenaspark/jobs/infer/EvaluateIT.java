package io.github.hyenaspark.jobs.infer;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.Forged;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class EvaluateIT {
    private static final double LN_2 = Math.log(2);

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset = "";
    private static Path run = Path.of("");
    private static JsonNode trained = Json.object();

    @BeforeAll
    static void trainOnce() throws IOException {
        dataset = SmallRun.prepare(shared);
        run = shared.resolve("run");
        trained = hyena("local[2]", "train", "data.dataset=" + dataset, "run.dir=" + run, "model.l-max=256")
                .json();
    }

    private Outcome evaluate(String master, String... more) {
        List<String> arguments = new ArrayList<>(List.of("evaluate", "run.dir=" + run));
        arguments.addAll(List.of(more));
        return SmallRun.bare(master, arguments);
    }

    private static List<JsonNode> lines(JsonNode result) throws IOException {
        return SmallRun.lines(Path.of(result.get("by_document").textValue()));
    }

    private static double sum(List<JsonNode> lines, String key) {
        return lines.stream().mapToDouble(line -> line.get(key).doubleValue()).sum();
    }

    private static JsonNode withoutSeconds(JsonNode result) {
        return ((ObjectNode) result.deepCopy()).without("seconds");
    }

    @Test
    void aModelThatDoesNotFitIsRefused() throws IOException {
        var large = new DisturbedRun(new PreparePlace("disk", Map.of(), directory.toString()), "large");
        hyena("local[1]", "train", "data.dataset=" + dataset, "run.dir=" + large.uri())
                .json();
        Forged.save(
                large,
                checkpoint -> Forged.withSettings(
                        checkpoint, checkpoint.settings().replace("\"batch-size\":2,", "\"batch-size\":200000000,")));
        Outcome outcome = SmallRun.bare("local[1]", List.of("evaluate", "run.dir=" + large.uri()));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .startsWith("hyena evaluate: evaluate needs ")
                .contains("MiB of the memory of this machine, found", "fewer tasks at once");
        assertThat(Path.of(large.uri(), "evaluation")).doesNotExist();
    }

    @Test
    void theLossOfTheHeldOutDocumentsIsThatOfTheTrainingToTheLastBit() throws IOException {
        JsonNode result = evaluate("local[2]").json();
        assertThat(result.get("loss").doubleValue())
                .isEqualTo(trained.get("held_out_loss").doubleValue());
        assertThat(result.get("perplexity").doubleValue())
                .isEqualTo(Math.exp(result.get("loss").doubleValue()));
        assertThat(result.get("bits_per_byte").doubleValue())
                .isEqualTo(trained.get("bits_per_byte").doubleValue());
        assertThat(result.get("documents").intValue()).isEqualTo(1);
        assertThat(result.get("round").longValue()).isEqualTo(6);
    }

    /** In GPT-2's tokens the documents have different lengths in bytes. */
    @Test
    void duplicatesAmongTheHeldOutDocumentsDoNotCountInBitsPerByteEither() throws IOException {
        Path corpus = SmallRun.corpus(directory);
        Files.copy(corpus.resolve("3.txt"), corpus.resolve("4.txt"));
        Files.writeString(corpus.resolve("5.txt"), "Übermäßig schöne Maße ".repeat(20));
        String copied = directory.resolve("copied").toString();
        String[] settings = {
            "data.dataset=" + copied, "data.tokenizer=gpt2", "data.validation-documents=[3.txt,4.txt,5.txt]"
        };
        List<String> prepare = new ArrayList<>(List.of("prepare", "data.input=" + corpus));
        prepare.addAll(List.of(settings));
        SmallRun.bare("local[1]", prepare).json();
        DatasetSnapshot snapshot = DatasetSnapshot.newest(Storage.local(), copied);
        long padded = snapshot.tokens(Split.VALIDATION) + 3 * 32;
        List<String> train = new ArrayList<>(List.of(settings));
        train.addAll(List.of(
                "run.dir=" + directory.resolve("run"), "train.rounds=2", "run.validate-tokens=" + (padded - 1)));
        JsonNode end = hyena("local[2]", "train", train.toArray(String[]::new)).json();
        JsonNode result = SmallRun.bare("local[2]", List.of("evaluate", "run.dir=" + directory.resolve("run")))
                .json();
        assertThat(result.get("documents").intValue()).isEqualTo(2);
        assertThat(end.get("held_out_tokens")).isEqualTo(result.get("tokens"));
        assertThat(end.get("held_out_is_sample").booleanValue()).isFalse();
        assertThat(end.get("bits_per_byte").doubleValue())
                .isEqualTo(result.get("bits_per_byte").doubleValue())
                .isNotCloseTo(result.get("loss").doubleValue() / LN_2, within(0.1));
    }

    @Test
    void theMeanOfCheckpointsLeavesTheResultsOfTheNewestAlone() throws IOException {
        Path documents = Path.of(evaluate("local[2]").json().get("by_document").textValue());
        byte[] newest = Files.readAllBytes(documents);
        JsonNode mean = evaluate("local[2]", "run.checkpoint=average").json();
        assertThat(Path.of(mean.get("by_document").textValue()))
                .hasFileName("validation-000000000006-average.jsonl")
                .exists();
        assertThat(Path.of(mean.get("page").textValue()))
                .hasFileName("validation-000000000006-average.html")
                .exists();
        assertThat(documents).hasBinaryContent(newest);
    }

    @Test
    void theMeanOfCheckpointsIsExportedAndWrites() throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        Map<String, String> texts = new TreeMap<>();
        for (String checkpoint : List.of("newest", "average")) {
            String chosen = "run.checkpoint=" + checkpoint;
            String output = "export.output=" + directory.resolve(checkpoint);
            hashes.put(
                    checkpoint,
                    SmallRun.bare("local[1]", List.of("export", run.toString(), output, chosen))
                            .json()
                            .get("theta_sha256")
                            .textValue());
            Outcome written = SmallRun.bare(
                    "local[1]",
                    List.of("generate", "run.dir=" + run, chosen, "generate.prompt=ab", "generate.tokens=200"));
            assertThat(written.code()).as(written.messages()).isZero();
            texts.put(checkpoint, written.results());
        }
        assertThat(hashes.get("newest")).isEqualTo(trained.get("theta_sha256").textValue());
        assertThat(hashes.get("average")).isNotEqualTo(hashes.get("newest"));
        assertThat(texts.get("average")).isNotEqualTo(texts.get("newest"));
    }

    @Test
    void anEvaluationThatFailsLeavesTheResultsOfTheOneBefore() throws IOException {
        Path documents = Path.of(evaluate("local[2]").json().get("by_document").textValue());
        byte[] before = Files.readAllBytes(documents);
        assertThat(evaluate("spark://127.0.0.1:1").code()).isNotZero();
        assertThat(documents).hasBinaryContent(before);
    }

    @Test
    void theResultDoesNotDependOnTasks() throws IOException {
        String split = "evaluate.split=train";
        JsonNode one = evaluate("local[1]", split).json();
        byte[] documents = Files.readAllBytes(Path.of(one.get("by_document").textValue()));
        JsonNode three = evaluate("local[3]", split).json();
        assertThat(withoutSeconds(three)).isEqualTo(withoutSeconds(one));
        assertThat(Path.of(three.get("by_document").textValue())).hasBinaryContent(documents);
    }

    @Test
    void everyDocumentHasALineThatItsTableKnowsAndTheyAddUp() throws IOException {
        JsonNode result = evaluate("local[2]", "evaluate.split=train").json();
        List<JsonNode> lines = lines(result);
        List<DocumentRow> rows = rows(Split.TRAIN);
        assertThat(lines).hasSameSizeAs(rows).hasSize(3);
        for (int i = 0; i < rows.size(); i++) {
            JsonNode line = lines.get(i);
            DocumentRow row = rows.get(i);
            assertThat(line.get("id").textValue()).isEqualTo(row.id());
            assertThat(line.get("path").textValue()).isEqualTo(row.path());
            assertThat(line.get("bytes").longValue()).isEqualTo(row.bytes());
            assertThat(line.get("tokens").longValue()).isEqualTo(row.tokens() - 1);
            assertThat(line.get("bits_per_byte").doubleValue())
                    .isCloseTo(line.get("nats").doubleValue() / LN_2 / row.bytes(), within(1e-12));
        }
        assertThat(sum(lines, "tokens")).isEqualTo(result.get("tokens").doubleValue());
        assertThat(sum(lines, "bytes")).isEqualTo(result.get("bytes").doubleValue());
        assertThat(sum(lines, "nats")).isCloseTo(result.get("nats").doubleValue(), within(1e-6));
    }

    private static List<DocumentRow> rows(Split split) throws IOException {
        Storage storage = Storage.local();
        List<DocumentRow> rows = new ArrayList<>();
        for (UnitEntry unit : SnapshotUnits.all(storage, dataset, DatasetSnapshot.newest(storage, dataset))) {
            DocumentTable.read(
                    storage, dataset, unit.object(DocumentTable.FOLDER).orElseThrow(), row -> {
                        if (row.split() == split) {
                            rows.add(row);
                        }
                    });
        }
        return rows;
    }

    @Test
    void positionsAddUpAndThoseOfFullSequencesAreOfTheSameSequences() throws IOException {
        JsonNode result = evaluate("local[2]", "evaluate.split=train").json();
        JsonNode classes = result.get("by_position");
        assertThat(classes).hasSize(3);
        long tokens = 0;
        double nats = 0;
        for (JsonNode at : classes) {
            tokens += at.get("tokens").longValue();
            nats += at.get("loss").doubleValue() * at.get("tokens").longValue();
            long places = at.get("to").longValue() - at.get("from").longValue();
            assertThat(at.get("full_tokens").longValue() % places).isZero();
            assertThat(at.get("full_tokens").longValue() / places)
                    .isEqualTo(classes.get(0).get("full_tokens").longValue() / 64)
                    .isPositive();
        }
        assertThat(tokens).isEqualTo(result.get("tokens").longValue());
        assertThat(nats).isCloseTo(result.get("nats").doubleValue(), within(1e-6));
        assertThat(Path.of(result.get("page").textValue()))
                .content()
                .contains("Does the long context help?", "In full sequences a token at positions 0 to 63");
    }

    @Test
    void someDocumentsAreAPartOfAll() throws IOException {
        JsonNode all = evaluate("local[1]", "evaluate.split=train").json();
        List<JsonNode> lines = lines(all);
        String[] two = {
            "evaluate.split=train",
            "evaluate.max-documents=2",
            "evaluate.output=" + directory,
            "data.dataset=" + dataset
        };
        JsonNode some = evaluate("local[1]", two).json();
        assertThat(some.get("documents").intValue()).isEqualTo(2);
        assertThat(some.get("by_document").textValue())
                .as("results of other runs may be there")
                .matches(".*/train-0+\\d+-first-2-run-[0-9a-f]{12}\\.jsonl");
        assertThat(lines(some))
                .allSatisfy(line -> assertThat(lines).anySatisfy(other -> {
                    assertThat(other.get("id")).isEqualTo(line.get("id"));
                    assertThat(other.get("nats").doubleValue())
                            .isCloseTo(line.get("nats").doubleValue(), within(1e-4));
                }));
    }

    @Test
    void aDatasetOfAnotherTokenizerIsRefused() throws IOException {
        Path genome = Files.createDirectory(directory.resolve("genome"));
        Files.writeString(genome.resolve("a.txt"), "ACGT".repeat(20));
        String dna = directory.resolve("dna").toString();
        hyena(
                        "local[1]",
                        "prepare",
                        "data.input=" + genome,
                        "data.dataset=" + dna,
                        "data.tokenizer=dna",
                        "data.validation-documents=[]")
                .json();
        Outcome outcome = evaluate("none", "data.dataset=" + dna);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("data.dataset: " + dna + " has the tokenizer dna", "expected that of the run, bytes")
                .hasLineCount(1);
    }

    @Test
    void aRunWhoseDatasetIsGoneSaysHowToNameIt() throws IOException {
        Path elsewhere = directory.resolve("elsewhere");
        Files.move(Path.of(dataset), elsewhere);
        try {
            Outcome outcome = evaluate("none");
            assertThat(outcome.code()).isEqualTo(2);
            assertThat(outcome.messages())
                    .contains("which does not exist; set data.dataset to where the dataset is now");
            JsonNode moved = evaluate("local[2]", "data.dataset=" + elsewhere).json();
            assertThat(moved.get("loss").doubleValue())
                    .isEqualTo(trained.get("held_out_loss").doubleValue());
        } finally {
            Files.move(elsewhere, Path.of(dataset));
        }
    }
}
