package io.github.hyenaspark.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What needs no Spark session: help, and mistakes that are told before one starts. */
class MainTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream results = new ByteArrayOutputStream();
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();

    private int run(String... arguments) {
        var console = new Console(
                new PrintStream(results, true, StandardCharsets.UTF_8),
                new PrintStream(messages, true, StandardCharsets.UTF_8));
        return Main.run(List.of(arguments), console);
    }

    private void assertRefused(int code, int expected, String... message) {
        assertThat(code).isEqualTo(expected);
        assertThat(results.size()).isZero();
        assertThat(messages.toString(StandardCharsets.UTF_8))
                .contains(message)
                .doesNotContain("\tat ")
                .hasLineCount(1);
    }

    @Test
    void helpGoesToStandardOutputAndNamesEveryCommand() {
        assertThat(run("--help")).isZero();
        assertThat(results.toString(StandardCharsets.UTF_8))
                .contains("prepare", "train", "generate", "bench", "inspect", "export", "import");
        assertThat(messages.size()).isZero();
    }

    @Test
    void theVersionNamesSparkAndJavaToo() {
        for (String option : List.of("-V", "--version")) {
            results.reset();
            assertThat(run(option)).isZero();
            assertThat(results.toString(StandardCharsets.UTF_8))
                    .startsWith("hyena-spark ")
                    .contains(", Spark ", ", Java " + System.getProperty("java.version"))
                    .hasLineCount(1);
        }
    }

    @Test
    void theHelpOfTrainHasEveryKeyOfItsSectionsUnbroken() {
        assertThat(run("train", "--help")).isZero();
        List<String> help = results.toString(StandardCharsets.UTF_8).lines().toList();
        for (String section : List.of("data", "model", "train", "checkpoint", "run")) {
            assertThat(help)
                    .as(section)
                    .containsSequence(Settings.defaultsOf(section).lines().toList());
        }
        assertThat(help).doesNotContain("generate {").anyMatch(line -> line.startsWith("  stop-after-rounds = 0 "));
    }

    @Test
    void noCommandIsRefused() {
        assertRefused(run(), 2, "hyena: a command is needed; see hyena --help");
    }

    @Test
    void anUnknownCommandIsNamedWithTheKnownOnes() {
        assertRefused(
                run("trian"),
                2,
                "hyena: there is no command trian; did you mean train?; known commands: [prepare, ",
                "train, evaluate, ");
        messages.reset();
        assertRefused(run("bench", "cnov"), 2, "hyena bench: there is no command cnov; did you mean conv?; known");
        messages.reset();
        assertRefused(run("zzz"), 2, "hyena: there is no command zzz; known commands: [prepare, ");
    }

    @Test
    void theHelpIsThatOfPicocli() {
        var nowhere = new Console(
                new PrintStream(results, true, StandardCharsets.UTF_8),
                new PrintStream(messages, true, StandardCharsets.UTF_8));
        assertThat(Commands.help()).isEqualTo(CommandLines.all(nowhere).getUsageMessage());
    }

    @Test
    void everyCommandMayBeVerbose() {
        var nowhere = new Console(
                new PrintStream(results, true, StandardCharsets.UTF_8),
                new PrintStream(messages, true, StandardCharsets.UTF_8));
        Deque<CommandLine> commands =
                new ArrayDeque<>(CommandLines.all(nowhere).getSubcommands().values());
        assertThat(commands).hasSizeGreaterThan(10);
        while (!commands.isEmpty()) {
            CommandLine command = commands.pop();
            commands.addAll(command.getSubcommands().values());
            assertThat(command.getCommandSpec().findOption("--verbose"))
                    .as(command.getCommandSpec().qualifiedName())
                    .isNotNull();
        }
        assertThat(run("inspect", directory.resolve("none").toString(), "--verbose"))
                .isEqualTo(2);
        assertThat(messages.toString(StandardCharsets.UTF_8)).startsWith("hyena inspect: found neither");
    }

    @Test
    void inspectSaysTheSameByEitherWay() throws IOException {
        String made = directory.resolve("run").toString();
        ShortCommands.makeRun(made);
        assertThat(run("inspect", made, "--json")).isZero();
        String plain = results.toString(StandardCharsets.UTF_8);
        results.reset();
        assertThat(run("inspect", "--json", made)).isZero();
        assertThat(results.toString(StandardCharsets.UTF_8)).isEqualTo(plain).startsWith("{\"run\":");
        assertThat(messages.size()).isZero();
    }

    @Test
    void anUnknownOptionIsRefused() {
        assertRefused(run("train", "--lr=3"), 2, "hyena train: Unknown option: '--lr=3'", "see hyena train --help");
    }

    @Test
    void anUnknownKeyIsNamedWithTheKnownOnes() {
        assertRefused(run("train", "train.lrr=1"), 2, "hyena train: ", "train.lrr", "local-steps");
    }

    @Test
    void anUnknownSectionIsRefused() {
        assertRefused(run("train", "trian.lr=1"), 2, "hyena train: unknown section trian");
    }

    @Test
    void aValueThatMakesNoSenseIsRefused() {
        assertRefused(run("train", "train.lr=-1"), 2, "train.lr", "-1");
        messages.reset();
        assertRefused(run("train", "checkpoint.every-rounds=0", "run.dir=x"), 2, "checkpoint.every-rounds: found 0");
    }

    @Test
    void trainNeedsADirectoryForItsRun() {
        assertRefused(run("train", "data.dataset=x"), 2, "run.dir: found nothing, expected the directory of the run");
    }

    @Test
    void trainNeedsADatasetThatWasPrepared() {
        String nowhere = directory.resolve("dataset").toString();
        assertRefused(
                run("train", "data.dataset=" + nowhere, "run.dir=" + directory.resolve("run")),
                2,
                "data.dataset: there is no snapshot in " + nowhere + "; run prepare first");
    }

    @Test
    void prepareNeedsAnInputThatIsThere() {
        String nowhere = directory.resolve("corpus").toString();
        assertRefused(run("prepare", "data.dataset=x"), 2, "data.input: found \"\"");
        messages.reset();
        assertRefused(
                run("prepare", "data.input=" + nowhere, "data.dataset=" + directory.resolve("dataset")),
                2,
                "data.input: there is no file:" + nowhere);
    }

    @Test
    void prepareNeedsDocuments() throws IOException {
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        assertRefused(
                run("prepare", "data.input=" + corpus, "data.dataset=" + directory.resolve("dataset")),
                2,
                "data.input: file:" + corpus + " has no documents, expected at least one .txt, ");
    }

    @Test
    void prepareNeedsText() throws IOException {
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        Files.createFile(corpus.resolve("empty.txt"));
        assertRefused(
                run("prepare", "data.input=" + corpus, "data.dataset=" + directory.resolve("dataset")),
                2,
                "data.input: " + corpus + " has no text, found 1 empty files, expected at least one byte");
    }

    @Test
    void trainTokenizerNeedsAnInputAndAPlaceForItsFiles() {
        assertRefused(run("train-tokenizer"), 2, "data.input: found \"\", expected a directory, a file or a glob");
        messages.reset();
        assertRefused(run("train-tokenizer", "data.input=x"), 2, "tokenizer.output: found \"\", expected a directory");
        messages.reset();
        assertRefused(run("train-tokenizer", "tokenizer.vocab=256"), 2, "tokenizer.vocab: found 256");
    }

    @Test
    void generateNeedsACheckpoint() {
        assertRefused(run("generate"), 2, "run.dir: found nothing, expected the directory of a run");
        messages.reset();
        assertRefused(
                run("generate", "run.dir=" + directory),
                2,
                "there is no checkpoint in " + directory + "; run train first");
    }

    /** Users have no file of defaults that they could look into. */
    @Test
    void aDefaultThatWillNotDoIsNamedWithoutAPlace() {
        assertRefused(
                run("compare", "data.dataset=" + directory), 2, "compare.dir: found nothing, expected a directory");
        assertThat(messages.toString(StandardCharsets.UTF_8)).doesNotContain("reference.conf");
    }

    @Test
    void settingsOfGenerateThatMakeNoSenseAreRefused() {
        assertRefused(
                run("generate", "generate.prompt=a", "generate.prompts=b"),
                2,
                "prompts: found b beside a prompt, expected one of the two; leave one out");
        messages.reset();
        assertRefused(
                run("generate", "--interactive", "generate.prompts=b"),
                2,
                "found a prompt beside --interactive, which reads prompts from standard input; leave one out");
        messages.reset();
        assertRefused(
                run("generate", "generate.prompts=[[]]"),
                2,
                "prompts: found [[]], expected a file or a list of texts, as in [\"a\", \"b\"]");
        messages.reset();
        assertRefused(
                run("generate", "generate.stop=[\"\"]"),
                2,
                "stop: found an empty text, expected at least one character in each");
    }

    @Test
    void evaluateNeedsACheckpoint() {
        assertRefused(run("evaluate"), 2, "run.dir: found nothing, expected the directory of a run");
        messages.reset();
        assertRefused(run("evaluate", "evaluate.max-documents=-1"), 2, "evaluate.max-documents: found -1");
    }

    @Test
    void scoreAndEmbedNeedAnInputAndAPlaceForTheirFiles() throws IOException {
        Path text = Files.writeString(directory.resolve("a.txt"), "text");
        assertRefused(run("score"), 2, "data.input: found \"\", expected a directory, a file or a glob");
        messages.reset();
        assertRefused(run("embed", "data.input=" + text), 2, "embed.output: found nothing, expected a directory");
        messages.reset();
        assertRefused(run("score", "score.overlap=-2"), 2, "score.overlap: found -2");
        messages.reset();
        assertRefused(run("embed", "embed.pooling=first"), 2, "found \"first\", expected last, mean or positions");
        messages.reset();
        assertRefused(run("embed", "embed.positions=[1]"), 2, "embed.positions: found [1] with embed.pooling=last");
        messages.reset();
        assertRefused(run("embed", "embed.pooling=positions"), 2, "embed.positions: found []");
    }

    @Test
    void aPlaceMayStandAloneOrBehindItsKey() throws IOException {
        String nowhere = directory.resolve("nowhere").toString();
        for (String command : List.of("evaluate", "generate", "export")) {
            for (String place : List.of(nowhere, "run.dir=" + nowhere)) {
                messages.reset();
                assertRefused(run(command, place, "export.output=x"), 2, "there is no checkpoint in " + nowhere);
            }
        }
        messages.reset();
        assertRefused(
                run("evaluate", "a", "run.dir=b"),
                2,
                "run.dir: found b beside a, expected one of the two; leave one out, or put a");
        messages.reset();
        assertRefused(run("evaluate", "a", "b"), 2, "cannot understand the argument \"b\"");
        messages.reset();
        assertRefused(run("evaluate", "evaluate.split"), 2, "cannot understand the argument \"evaluate.split\"");
        messages.reset();
        assertRefused(run("evaluate", "run.1"), 2, "there is no checkpoint in run.1");
        messages.reset();
        for (String command : List.of("expire", "vacuum", "migrate")) {
            messages.reset();
            assertRefused(run(command, nowhere), 2, "nowhere");
            assertThat(directory.resolve("nowhere")).doesNotExist();
        }
        String made = directory.resolve("run").toString();
        ShortCommands.makeRun(made);
        for (String command : List.of("inspect", "verify")) {
            assertThat(run(command, "run.dir=" + made)).isZero();
        }
    }

    @Test
    void inspectNeedsARunOrADataset() {
        assertRefused(run("inspect", directory.toString()), 2, "found neither a checkpoint nor a dataset's snapshot");
        messages.reset();
        assertRefused(run("inspect"), 2, "hyena inspect: Missing required parameter: 'DIRECTORY'");
    }

    @Test
    void inspectTellsHowFarAFittingIsAndWhatItMeasured() throws IOException {
        var fitting = new FittingDirectory(directory.resolve("fitting").toString());
        ShortCommands.makeFitting(fitting.uri());
        assertThat(run("inspect", fitting.uri())).as(messages.toString(UTF_8)).isZero();
        assertThat(lines())
                .contains("fitting " + fitting.uri(), "finished false", "folds 2", "models_planned 2", "models_done 0")
                .contains(fitting.run("fold-1-model-1") + " 0 20", "dataset " + fitting.dataset(), "fit.folds=2")
                .noneMatch(line -> line.startsWith("report") || line.startsWith("model "));

        Files.writeString(Path.of(fitting.result()), """
                {"outcome":"created","task":"classification","classes":["no","yes"],"documents":240,
                 "accuracy":{"mean":0.75,"sd":0.25},"epochs":2.5}
                """);
        results.reset();
        assertThat(run("inspect", fitting.uri())).as(messages.toString(UTF_8)).isZero();
        assertThat(lines())
                .contains("task classification", "models_done 2", "documents 240", "epochs 2.5")
                .contains("report " + fitting.report(), "model " + fitting.model())
                .containsSequence("classes", "no", "yes", "metrics", "metric mean sd", "accuracy 0.75 0.25");
        results.reset();
        assertThat(run("inspect", fitting.uri(), "--json")).isZero();
        JsonNode json = Json.parse("the inspection", results.toByteArray());
        assertThat(json.at("/metrics/0")).hasToString("{\"metric\":\"accuracy\",\"mean\":0.75,\"sd\":0.25}");
        assertThat(json.at("/runs/0/run").asText()).isEqualTo(fitting.run("fold-1-model-1"));
        assertThat(json.at("/settings/fit/folds").asInt()).isEqualTo(2);
    }

    /** The lines of the results, with single spaces. */
    private List<String> lines() {
        return results.toString(UTF_8)
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
    }

    @Test
    void verifyChecksWhatAFittingHas() throws IOException {
        var fitting = new FittingDirectory(directory.resolve("fitting").toString());
        ShortCommands.makeFitting(fitting.uri());
        assertThat(run("verify", fitting.uri())).as(messages.toString(UTF_8)).isZero();
        assertThat(results.toString(UTF_8)).contains("\"checkpoints\":1,\"model\":false,\"valid\":true");
        Path run = Path.of(fitting.run("fold-1-model-1"));
        try (Stream<Path> files = Files.walk(run.resolve("data"))) {
            Path theta = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            Files.write(theta, new byte[(int) Files.size(theta)]);
        }
        Files.writeString(Path.of(fitting.result()), "{}");
        assertThat(run("verify", fitting.uri())).isEqualTo(3);
        assertThat(messages.toString(UTF_8))
                .contains("hyena verify: " + run + "/manifest/", "hyena verify: " + fitting.model() + "/model.json: ")
                .hasLineCount(2);
    }

    @Test
    void inspectMemoryTellsWhatToGiveSpark() {
        assertThat(run("inspect", "memory", "model.d-model=64", "memory.executor-cores=2", "train.workers=8"))
                .isZero();
        assertThat(results.toString(StandardCharsets.UTF_8))
                .contains("tasks_per_executor  2", "--executor-cores 2", "  --executor-memory ", "memoryOverhead=");
        results.reset();
        assertRefused(
                run("inspect", "memory", "train.threads=2"), 2, "memory.executor-cores: found 1, expected at least");
    }

    @Test
    void onlyADriverThatYarnRunsReturnsWhenItIsDone() {
        var yarn = new Properties();
        yarn.setProperty("spark.master", "yarn");
        assertThat(Main.isDoneOnYarn(0, yarn)).as("of a client").isFalse();
        yarn.setProperty("spark.submit.deployMode", "cluster");
        assertThat(Main.isDoneOnYarn(0, yarn)).isTrue();
        assertThat(Main.isDoneOnYarn(3, yarn)).isFalse();
        assertThat(Main.isDoneOnYarn(0, new Properties())).isFalse();
    }
}
