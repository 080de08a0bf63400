package io.github.hyenaspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A trained model leaves a run, and comes back to another. */
@Tag("process")
class ExportImportIT {
    @TempDir
    static Path directory;

    private static String dataset = "";
    private static String run = "";

    @BeforeAll
    static void train() throws IOException {
        dataset = SmallRun.prepare(directory);
        run = directory.resolve("run").toString();
        SmallRun.hyena("local[2]", "train", "data.dataset=" + dataset, "run.dir=" + run, "train.rounds=2")
                .json();
    }

    /** Without settings of a model: an export and an import need none. */
    private static Outcome bare(String... words) {
        return SmallRun.bare("local[2]", List.of(words));
    }

    private static Outcome exported(String output, String... settings) {
        List<String> words = new ArrayList<>(List.of("export", run, "export.output=" + output));
        words.addAll(Arrays.asList(settings));
        return SmallRun.bare("local[1]", words);
    }

    private static String place(String name) {
        return directory.resolve(name).toString();
    }

    private static String text(String runDirectory) {
        Outcome outcome =
                bare("generate", "run.dir=" + runDirectory, "generate.prompt=alpha", "generate.temperature=0");
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        return outcome.results();
    }

    private static double firstLoss(String runDirectory) throws IOException {
        byte[] first = Files.readAllLines(Path.of(runDirectory, "journal.jsonl"))
                .get(0)
                .getBytes(StandardCharsets.UTF_8);
        return Json.parse("the journal", first).get("loss").doubleValue();
    }

    private static void assertRefused(Outcome outcome, int code, String... message) {
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(outcome.messages()).contains(message);
    }

    @Test
    void whatIsImportedAgainIsTheSameModel() throws IOException {
        JsonNode export = exported(place("export")).json();
        assertThat(export.get("round").intValue()).isEqualTo(2);
        assertThat(directory.resolve("export"))
                .isDirectoryContaining("glob:**/model.safetensors")
                .isDirectoryContaining("glob:**/tokenizer.json");
        String again = place("again");
        JsonNode imported = bare("import", "import.input=" + place("export"), "run.dir=" + again)
                .json();
        JsonNode before = bare("inspect", "--json", run).json();
        JsonNode after = bare("inspect", "--json", again).json();
        assertThat(after.get("theta_sha256")).isEqualTo(before.get("theta_sha256"));
        assertThat(imported.get("theta_sha256")).isEqualTo(before.get("theta_sha256"));
        assertThat(after.get("round").intValue()).isZero();
        assertThat(after.at("/settings/model/d-model").intValue()).isEqualTo(16);
        assertThat(text(again)).isEqualTo(text(run));
        assertThat(bare("verify", again).json().get("valid").booleanValue()).isTrue();
    }

    /** The stages of Spark ML and fit.pretrained would take a run there for the model that was exported. */
    @Test
    void noRunBeginsWhereAnExportIs() throws IOException {
        String export = place("inside");
        exported(export).json();
        String told = "run.dir: found " + export + ", where an exported model is";
        assertRefused(bare("import", "import.input=" + export, "run.dir=" + export), 2, told);
        assertRefused(bare("train", "data.dataset=" + dataset, "run.dir=" + export), 2, told);
    }

    @Test
    void anImportedModelIsTrainedFurtherWithItsOwnArchitecture() throws IOException {
        exported(place("further-export")).json();
        String further = place("further");
        bare("import", "import.input=" + place("further-export"), "run.dir=" + further)
                .json();
        assertRefused(
                bare("train", "data.dataset=" + dataset, "run.dir=" + further, "model.d-model=32"),
                2,
                "the model in " + further + " is another: model.d-model was 16 and is 32.");
        String[] train = {
            "train",
            "data.dataset=" + dataset,
            "run.dir=" + further,
            "train.rounds=3",
            "train.local-steps=2",
            "train.lr=1e-2",
            "train.filter-lr=1e-2",
            "train.warmup-steps=1",
            "model.embed-dropout=0.1"
        };
        JsonNode trained = bare(train).json();
        assertThat(trained.get("round").intValue()).isEqualTo(3);
        assertThat(firstLoss(further))
                .as("it goes on where the other run ended")
                .isLessThan(firstLoss(run));
        assertThat(bare(train).json().get("theta_sha256")).isEqualTo(trained.get("theta_sha256"));
    }

    @Test
    void deeplearning4jLoadsTheLogitsOfTheCheckpoint() throws IOException {
        exported(place("zip"), "export.format=dl4j").json();
        Checkpoint checkpoint =
                CheckpointStore.open(Storage.local(), run).newestValid().orElseThrow();
        ModelConfig config = Settings.ofJson(checkpoint.settings()).bind("model", ModelConfig.class);
        HyenaLanguageModel model = HyenaLanguageModel.create(config, checkpoint.vocabularySize(), 0);
        model.parameters(checkpoint.vector(Checkpoint.THETA));
        int[] prompt = {'a', 'l', 'p', 'h', 'a', ' '};
        ComputationGraph graph =
                ComputationGraph.load(Path.of(place("zip"), "model.zip").toFile(), false);
        INDArray logits = graph.outputSingle(Nd4j.createFromArray(prompt).reshape('c', 1, 1, prompt.length));
        float[] expected = model.logits(prompt);
        for (int v = 0; v < expected.length; v++) {
            assertThat(logits.getFloat(0, v, prompt.length - 1)).isEqualTo(expected[v]);
        }
    }

    /** What safari cannot have is not described as if it could. */
    @Test
    void aModelThatSafariDoesNotKnowIsExportedForDeeplearning4jAlone() throws IOException {
        String attention = place("attention");
        SmallRun.hyena(
                        "local[2]",
                        "train",
                        "data.dataset=" + dataset,
                        "run.dir=" + attention,
                        "train.rounds=1",
                        "model.mixer=attention")
                .json();
        String output = place("attention-export");
        List<String> words = List.of("export", attention, "export.output=" + output);
        assertRefused(
                SmallRun.bare("local[1]", words),
                2,
                "hyena export: model.mixer: found attention, expected hyena alone: the names of safari's tensors are"
                        + " those of Hyena blocks; export.format=dl4j takes any model");
        assertThat(Path.of(output)).doesNotExist();
        List<String> dl4j = new ArrayList<>(words);
        dl4j.add("export.format=dl4j");
        SmallRun.bare("local[1]", dl4j).json();
        assertThat(Path.of(output).toFile().list()).containsExactlyInAnyOrder("model.zip", "tokenizer.json");
        assertRefused(
                bare("score", "run.dir=" + output, "data.input=" + directory, "score.output=" + place("scores")),
                2,
                "there is no checkpoint in " + output);
    }

    @Test
    void anExportIsNeverWrittenOver() throws IOException {
        String output = place("twice");
        JsonNode first = exported(output).json();
        assertThat(exported(output).json()).isEqualTo(first);
        exported(output, "export.format=dl4j").json();
        assertThat(Path.of(output, "model.zip"))
                .as("both formats fit in one directory")
                .exists();
        Path model = Path.of(output, "model.safetensors");
        Files.writeString(model, "somebody's");
        assertRefused(exported(output), 2, "export.output: " + model + " is there already with other content");
        assertThat(model).hasContent("somebody's");
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        String broken = place("broken");
        exported(broken).json();
        Path config = Path.of(broken, "config.json");
        String good = Files.readString(config);
        Files.writeString(config, good.replace("\"n_layer\" : 1", "\"n_layer\" : 2"));
        assertRefused(
                bare("import", "import.input=" + broken, "run.dir=" + place("none")),
                3,
                "missing: backbone.layers.1.mixer.out_proj.weight");
        Files.writeString(config, good.replace("\"vocab_size\" : 256", "\"vocab_size\" : 300"));
        assertRefused(
                bare("import", "import.input=" + broken, "run.dir=" + place("none")),
                2,
                "data.tokenizer: found bytes with 256 ids, expected the tokenizer of the 300 ids of");
        Files.writeString(config, good);
        assertRefused(
                bare("import", "import.input=" + broken, "run.dir=" + place("none"), "model.activation=gelu"),
                2,
                "the model in " + place("none") + " is another: model.activation");
        assertThat(directory.resolve("none")).doesNotExist();
    }

    @Test
    void anImportNeedsANewRun() throws IOException {
        exported(place("refused")).json();
        assertRefused(
                bare("import", "import.input=" + place("refused"), "run.dir=" + run),
                2,
                "run.dir: " + run + " has checkpoints already, the newest of round 2");
        String twice = place("imported-twice");
        JsonNode first = bare("import", "import.input=" + place("refused"), "run.dir=" + twice)
                .json();
        assertThat(bare("import", "import.input=" + place("refused"), "run.dir=" + twice)
                        .json())
                .isEqualTo(first);
        Path config = Path.of(place("refused"), "config.json");
        String text = Files.readString(config);
        String frequency = "\"w\" : ";
        assertThat(text).contains(frequency);
        Files.writeString(config, text.replaceFirst(frequency + "[0-9.]+", frequency + "3"));
        assertRefused(
                bare("import", "import.input=" + place("refused"), "run.dir=" + twice),
                2,
                "run.dir: " + twice + " has checkpoints already, the newest of round 0");
    }

    @Test
    void settingsThatAreNeededAreAskedFor() {
        assertRefused(bare("export", run), 2, "export.output: found nothing, expected the directory of the export");
        assertRefused(bare("import", "run.dir=" + run), 2, "import.input: found nothing, expected a directory");
        assertRefused(
                bare("export", place("nowhere"), "export.output=" + place("x")),
                2,
                "there is no checkpoint in " + place("nowhere"));
    }

    @Test
    void theHelpHasItsSettings() {
        String help = bare("export", "--help").results();
        assertThat(help).contains("RUN", "format = safetensors", "Example: hyena export RUN");
    }
}
