package io.github.hyenaspark.jobs.train;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static io.github.hyenaspark.jobs.testing.SmallRun.journal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.GradientClip;
import io.github.hyenaspark.train.optim.Optimizer;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainIT {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset;
    private static String straight;

    @BeforeAll
    static void prepareAndTrainOnce() throws IOException {
        dataset = SmallRun.prepare(shared);
        straight = train("local[2]", shared.resolve("straight")).theta();
    }

    private static Outcome train(String master, Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("data.dataset=" + dataset, "run.dir=" + run));
        arguments.addAll(List.of(more));
        return hyena(master, "train", arguments.toArray(String[]::new));
    }

    @Test
    void oneWorkerUnderThePlainMeanTrainsLikeAPlainLoop() throws IOException {
        String[] one = {"train.workers=1", "train.outer.lr=1", "train.outer.momentum=0"};
        String theta = train("local[1]", directory, one).theta();
        List<String> arguments = new ArrayList<>(SmallRun.SETTINGS);
        arguments.addAll(List.of(one));
        assertThat(theta).isEqualTo(plainLoop(Settings.load(arguments)));
    }

    /** All local steps of the run in one loop in this thread, without rounds, workers and averages. */
    private static String plainLoop(Settings settings) throws IOException {
        TrainConfig train = settings.bind("train", TrainConfig.class);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        Storage storage = Storage.local();
        DatasetSnapshot snapshot = DatasetSnapshot.newest(storage, dataset);
        HyenaLanguageModel network =
                HyenaLanguageModel.create(model, snapshot.vocabulary().size(), train.seed());
        TrainingState state = TrainingState.initial(network.parameters());
        var optimizer = new Optimizer(TrainConfig.Optimizer.ADAMW, network.table(), train.betas());
        var clip = new GradientClip(train.clipNorm());
        try (var batches = TokenBatches.open(
                storage,
                snapshot,
                dataset,
                Split.TRAIN,
                new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, model.lMax()))) {
            int steps = Math.toIntExact(train.totalSteps());
            var cursor = new BatchCursor(batches.sequences(), train.seed(), 1, train.batchSize());
            for (int step = 0; step < steps; step++) {
                network.parameters(state.theta());
                network.computeGradient(batches.batch(cursor.sequencesOf(step, 0)), step);
                clip.clip(network.gradients());
                optimizer.update(
                        state, network.gradients(), step, Optimizer.GroupRates.at(train, step), ComputePool.alone());
            }
        }
        return Hashes.sha256(state.theta());
    }

    @Test
    @Tag("fault-7")
    void oneCoreGivesTheBitsOfTwo() throws IOException {
        assertThat(train("local[1]", directory).theta()).isEqualTo(straight);
    }

    @Test
    void twoExecutorsWithVectorsGiveTheBitsOfOneProcessWithout() throws Exception {
        // executors have working directories of their own, so a relative path must mean the driver's
        Path relative = Path.of("").toAbsolutePath().relativize(Path.of(dataset).toAbsolutePath());
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(SmallRun.SETTINGS);
        arguments.addAll(List.of("data.dataset=" + relative, "run.dir=" + directory));
        Outcome outcome = HyenaProcess.on("local-cluster[2,1,512]")
                .withExecutorsOfUsers()
                .run(shared.resolve("process"), arguments.toArray(String[]::new));
        assertThat(outcome.theta()).isEqualTo(straight);
        List<JsonNode> journal = journal(directory);
        assertThat(journal).hasSize(6);
        assertThat(journal.get(5).get("executors"))
                .extracting(JsonNode::textValue)
                .allMatch(place -> place.matches("[01]@.+"));
        assertThat(journal.get(0).get("machines"))
                .extracting(machine -> machine.get("kernel").textValue())
                .allMatch(kernel -> kernel.startsWith("vector"));
    }

    @Test
    void aRunThatWasStoppedGoesOnByItsDirectoryToTheSameBits() throws IOException {
        JsonNode half = train("local[1]", directory, "run.stop-after-rounds=3").json();
        assertThat(half.get("round").intValue()).isEqualTo(3);
        assertThat(half.get("theta_sha256").textValue()).isNotEqualTo(straight);
        assertThat(SmallRun.bare("local[2]", List.of("train", "run.dir=" + directory))
                        .theta())
                .isEqualTo(straight);
        assertThat(journal(directory))
                .extracting(entry -> entry.get("round").intValue())
                .containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    @Tag("process")
    void samplesOfTextAreInTheReportAlsoAfterAResumeAndChangeNoBits() throws IOException {
        String[] sampled = {"run.sample.every-rounds=2", "run.sample.prompt=<alpha>", "run.sample.tokens=20"};
        List<String> half = new ArrayList<>(List.of(sampled));
        half.add("run.stop-after-rounds=3");
        train("local[1]", directory, half.toArray(String[]::new)).json();
        assertThat(train("local[2]", directory, sampled).theta()).isEqualTo(straight);
        assertThat(journal(directory))
                .extracting(entry -> entry.has("sample"))
                .as("of the last round of each job")
                .containsExactly(false, false, true, false, false, true);
        assertThat(journal(directory).get(2).at("/late_samples/0/round").longValue())
                .isEqualTo(2);
        assertThat(Files.readString(directory.resolve("report.html")))
                .containsPattern("(?s)After round 6.*<b>&lt;alpha&gt;</b>.*After round 2");
        assertThat(Files.readString(directory.resolve("events.out.tfevents.0.hyena"), StandardCharsets.ISO_8859_1))
                .contains("    <alpha>");
        Path silent = directory.resolve("silent");
        assertThat(train("local[2]", silent, "run.sample.every-rounds=0").theta())
                .isEqualTo(straight);
        assertThat(journal(silent)).noneMatch(entry -> entry.has("sample"));
    }

    @Test
    @Tag("fault-16")
    void aCompletedRunIsLeftAsItIs() throws IOException {
        Path run = shared.resolve("straight");
        byte[] journal = Files.readAllBytes(run.resolve("journal.jsonl"));
        Outcome again = train("no-such-master", run); // nothing to do, so no session is opened
        assertThat(again.theta()).isEqualTo(straight);
        assertThat(again.json().get("round").intValue()).isEqualTo(6);
        assertThat(Files.readAllBytes(run.resolve("journal.jsonl"))).isEqualTo(journal);
    }

    @Test
    void theResultHasTheLossesAndTheModelHasLearned() throws IOException {
        JsonNode result = train("no-such-master", shared.resolve("straight")).json();
        assertThat(result.get("run").textValue())
                .isEqualTo(shared.resolve("straight").toString());
        assertThat(result.get("tokens").longValue()).isBetween(6 * 2 * 2 * 2 * 16L, 6 * 2 * 2 * 2 * 32L);
        assertThat(result.get("loss").doubleValue()).isLessThan(Math.log(256) - 1);
        assertThat(result.get("held_out_loss").doubleValue()).isLessThan(Math.log(256) - 1);
        assertThat(result.get("held_out_is_sample").booleanValue()).isFalse();
        assertThat(result.get("held_out_tokens").longValue()).isEqualTo(Files.size(shared.resolve("corpus/3.txt")));
        assertThat(result.get("validation_seconds").doubleValue()).isPositive();
        // a held-out document of n bytes has n+1 tokens, of which n are targets: bits per byte are nats / ln 2
        assertThat(result.get("bits_per_byte").doubleValue())
                .isCloseTo(result.get("held_out_loss").doubleValue() / Math.log(2), within(1e-9));
    }

    @Test
    @Tag("process")
    void heldOutDocumentsThatAreAllDuplicatesAreNotMeasured() throws IOException {
        Path corpus = SmallRun.corpus(directory);
        Files.copy(corpus.resolve("0.txt"), corpus.resolve("4.txt"));
        Files.createFile(corpus.resolve("5.txt"));
        String copied = directory.resolve("copied").toString();
        String held = "data.validation-documents=[4.txt,5.txt]";
        hyena("local[1]", "prepare", "data.input=" + corpus, "data.dataset=" + copied, held)
                .json();
        Outcome outcome =
                train("local[1]", directory.resolve("run"), "data.dataset=" + copied, "run.stop-after-rounds=3", held);
        assertThat(outcome.json().get("held_out_loss").isNull()).isTrue();
        assertThat(outcome.json().get("held_out_is_sample").booleanValue()).isFalse();
        Outcome patient =
                train("no-such-master", directory.resolve("patient"), "data.dataset=" + copied, "run.patience=2", held);
        assertThat(patient.code()).isEqualTo(2);
        assertThat(patient.messages()).contains("run.patience: found 2, expected 0, since nothing to measure on");
    }

    @Test
    @Tag("process")
    void aSampleOfHeldOutTextIsTheSameInEveryRoundAndAfterAResumeAndChangesNoBits() throws IOException {
        Path whole = directory.resolve("whole");
        JsonNode end = train("local[2]", whole, "run.validate-tokens=100").json();
        assertThat(end.get("theta_sha256").textValue()).isEqualTo(straight);
        assertThat(end.get("held_out_is_sample").booleanValue()).isTrue();
        assertThat(end.get("held_out_tokens").longValue()).isBetween(1L, 3 * 32L);
        Path halved = directory.resolve("halved");
        train("local[1]", halved, "run.validate-tokens=100", "run.stop-after-rounds=4");
        SmallRun.bare("local[1]", List.of("train", "run.dir=" + halved)).json();
        for (String key : List.of("held_out_loss", "held_out_tokens")) {
            assertThat(journal(halved))
                    .extracting(entry -> entry.path(key))
                    .isEqualTo(journal(whole).stream()
                            .map(entry -> entry.path(key))
                            .toList());
        }
    }

    @Test
    void aDryRunTellsWhatATrainingWouldTakeAndStartsNothing() throws IOException {
        JsonNode line = train("no-such-master", directory.resolve("none"), "run.dry-run=true")
                .json();
        assertThat(line.get("rounds").intValue()).isEqualTo(6);
        assertThat(line.get("train_tokens").intValue()).isEqualTo(6 * 2 * 2 * 2 * 32);
        assertThat(line.get("validations").intValue()).isEqualTo(2);
        assertThat(line.get("validation_tokens").longValue()).isPositive();
        assertThat(line.get("validation_share").doubleValue()).isBetween(0.0, 1.0);
        assertThat(line.get("heap_mib_driver").longValue()).isPositive();
        assertThat(line.get("heap_mib_slot").longValue()).isPositive();
        assertThat(line.get("round").intValue()).isZero();
        assertThat(line.get("remaining_train_tokens")).isEqualTo(line.get("train_tokens"));
        assertThat(line.get("changes")).isEmpty();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aDryRunOfARunTellsWhatRemainsOfItAndRefusesWhatItsStartWould() throws IOException {
        String run = shared.resolve("straight").toString();
        JsonNode line = SmallRun.bare(
                        "no-such-master", List.of("train", "run.dir=" + run, "run.dry-run=true", "train.rounds=8"))
                .json();
        assertThat(line.get("round").intValue()).isEqualTo(6);
        assertThat(line.get("train_tokens").intValue()).isEqualTo(8 * 2 * 2 * 2 * 32);
        assertThat(line.get("remaining_train_tokens").intValue()).isEqualTo(2 * 2 * 2 * 2 * 32);
        assertThat(line.get("changes").get(0).toString())
                .isEqualTo("{\"from_round\":7,\"key\":\"train.rounds\",\"was\":\"6\",\"is\":\"8\"}");
        Outcome refused = train("no-such-master", directory.resolve("none"), "model.l-max=100000", "run.dry-run=true");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.messages()).contains("model.l-max: found 100000, expected at most ");
    }

    @Test
    void inspectTellsWhatTheRunIs() throws IOException {
        Path run = shared.resolve("straight");
        JsonNode found = SmallRun.bare("none", List.of("inspect", run.toString(), "--json"))
                .json();
        assertThat(found.get("round").intValue()).isEqualTo(6);
        assertThat(found.get("theta_sha256").textValue()).isEqualTo(straight);
        assertThat(found.get("parameters").longValue()).isPositive();
        assertThat(found.get("checkpoint").textValue()).startsWith(run + "/manifest/000000000006");
        assertThat(found.at("/settings/train/workers").intValue()).isEqualTo(2);
        long bytes = 0;
        for (JsonNode file : found.get("files")) {
            assertThat(run.resolve(file.get("file").textValue()))
                    .hasSize(file.get("bytes").longValue());
            bytes += file.get("bytes").longValue();
        }
        assertThat(found.get("bytes").longValue()).isEqualTo(bytes).isPositive();
        assertThat(found.at("/checkpoints/0/round").intValue()).isEqualTo(6);
        JsonNode older = found.at("/checkpoints/1");
        JsonNode one = SmallRun.bare(
                        "none",
                        List.of("inspect", run + "/" + older.get("checkpoint").textValue(), "--json"))
                .json();
        assertThat(one.get("round")).isEqualTo(older.get("round"));
        assertThat(SmallRun.bare("none", List.of("inspect", run + "/manifest/none.json"))
                        .messages())
                .contains("there is no checkpoint " + run + "/manifest/none.json, only [manifest/000000000006");
    }

    @Test
    void inspectForPeopleHasTheSettingsThatAreNotTheDefaults() {
        String text = SmallRun.bare(
                        "none", List.of("inspect", shared.resolve("straight").toString()))
                .results();
        assertThat(text)
                .containsPattern("(?m)^round +6$")
                .contains("\n  model.d-model=16\n")
                .doesNotContain("model.order=");
    }

    @Test
    void inspectTellsWhatTheDatasetIs() throws IOException {
        JsonNode found =
                SmallRun.bare("none", List.of("inspect", dataset, "--json")).json();
        assertThat(found.get("documents").intValue()).isEqualTo(4);
        assertThat(found.get("shards").intValue()).isEqualTo(2);
        assertThat(found.at("/splits/validation/documents").intValue()).isEqualTo(1);
        assertThat(found.get("shard_bytes").longValue())
                .isEqualTo(found.at("/splits/train/shard_bytes").longValue()
                        + found.at("/splits/validation/shard_bytes").longValue())
                .isPositive();
        assertThat(SmallRun.bare("none", List.of("inspect", dataset + "/snapshots/00000001.json", "--json"))
                        .json())
                .isEqualTo(found);
        assertThat(found.get("tokens").longValue())
                .isEqualTo(found.at("/splits/train/tokens").longValue()
                        + found.at("/splits/validation/tokens").longValue());
    }

    @Test
    void generateWritesTheSameTextForTheSameSeed() {
        String run = "run.dir=" + shared.resolve("straight");
        String[] arguments = {run, "generate.prompt=" + "alpha ".repeat(20), "generate.tokens=12"};
        Outcome first = hyena("none", "generate", arguments);
        assertThat(first.code()).as(first.messages()).isZero();
        assertThat(first.results()).isNotBlank().endsWith("\n");
        assertThat(hyena("none", "generate", arguments).results()).isEqualTo(first.results());
        String greedy = hyena("none", "generate", run, "generate.temperature=0", "generate.seed=1")
                .results();
        assertThat(hyena("none", "generate", run, "generate.temperature=0", "generate.seed=2")
                        .results())
                .isEqualTo(greedy);
    }

    @Test
    void generateStopsBeforeATextAndSaysHowFastItWas() {
        String run = "run.dir=" + shared.resolve("straight");
        String text = hyena("none", "generate", run, "generate.prompt=alpha", "generate.tokens=40")
                .results()
                .stripTrailing();
        String stop = text.substring(10).replaceAll("[^a-z]", "").substring(0, 1);
        Outcome stopped = hyena(
                "none",
                "generate",
                run,
                "generate.prompt=alpha",
                "generate.tokens=40",
                "generate.stop=[\"" + stop + "\"]");
        assertThat(stopped.code()).as(stopped.messages()).isZero();
        assertThat(stopped.results()).isEqualTo(text.substring(0, text.indexOf(stop)) + "\n");
        assertThat(stopped.messages()).containsPattern("\\d+ tokens in \\d+\\.\\d\\d s, \\d+ tokens/s\n");
    }

    @Test
    void generateGivesALineForEachPrompt() throws IOException {
        String run = "run.dir=" + shared.resolve("straight");
        Path prompts = Files.writeString(shared.resolve("prompts"), "alpha\n\nbeta gam\n");
        Outcome outcome = hyena("none", "generate", run, "generate.prompts=" + prompts, "generate.tokens=12");
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        List<String> lines = outcome.results().lines().toList();
        assertThat(lines).hasSize(2);
        List<String> texts = List.of("alpha", "beta gam");
        for (int number = 0; number < 2; number++) {
            JsonNode found = Json.parse("line", lines.get(number).getBytes(StandardCharsets.UTF_8));
            assertThat(found.get("prompt").textValue()).isEqualTo(texts.get(number));
            assertThat(found.get("tokens").intValue()).isEqualTo(12);
            assertThat(found.get("seed").longValue()).isEqualTo(1 + number);
            String alone = hyena(
                            "none",
                            "generate",
                            run,
                            "generate.prompt=" + texts.get(number),
                            "generate.seed=" + (1 + number),
                            "generate.tokens=12")
                    .results();
            assertThat(found.get("text").textValue() + "\n").isEqualTo(alone);
        }
        assertThat(outcome.messages()).contains("24 tokens in ");
        Outcome list =
                hyena("none", "generate", run, "generate.prompts=[\"alpha\", \"beta gam\"]", "generate.tokens=12");
        assertThat(list.results()).as(list.messages()).isEqualTo(outcome.results());
    }

    @Test
    void generateContinuesEachLineOfStandardInput() {
        String run = "run.dir=" + shared.resolve("straight");
        List<String> words = List.of("generate", "--interactive", run, "generate.tokens=12");
        Outcome outcome = SmallRun.bare("none", words, "alpha\n\nbeta gam");
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        String first = hyena("none", "generate", run, "generate.tokens=12", "generate.prompt=alpha")
                .results();
        String second = hyena(
                        "none", "generate", run, "generate.tokens=12", "generate.prompt=beta gam", "generate.seed=2")
                .results();
        assertThat(outcome.results()).isEqualTo(first + second);
        assertThat(outcome.messages()).contains("24 tokens in ");
        Outcome nothing = SmallRun.bare("none", words, "");
        assertThat(nothing.code()).as(nothing.messages()).isZero();
        assertThat(nothing.results()).isEmpty();
    }

    @Test
    @Tag("fault-17")
    void otherSettingsAreRefusedByName() {
        Outcome outcome = train("none", shared.resolve("straight"), "train.workers=3", "model.l-max=16");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("model.l-max was 32 and is 16; train.workers was 2 and is 3")
                .hasLineCount(1);
    }

    @Test
    @Tag("process")
    void aTaskOfTwoThreadsTakesTwoCoresAndRepeatsItsBits() throws IOException {
        String[] two = {"train.threads=2", "run.stop-after-rounds=2"};
        String theta = train("local[2]", directory.resolve("one-slot"), two).theta();
        assertThat(train("local[4]", directory.resolve("two-slots"), two).theta())
                .isEqualTo(theta);
    }

    @Test
    void aTaskOfMoreThreadsThanAnExecutorHasCoresIsRefused() throws IOException {
        Outcome outcome = train("local[1]", directory, "train.threads=2");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("a task takes 2 cores (train.threads, or spark.task.cpus), but local[1]");
        int processors = Runtime.getRuntime().availableProcessors();
        Outcome all = train("local[*]", directory, "train.threads=" + (processors + 1));
        assertThat(all.code()).as(all.messages()).isEqualTo(2);
        assertThat(all.messages()).contains("but local[*] has executors of " + processors);
    }
}
