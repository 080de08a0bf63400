package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.Main;
import io.github.hyenaspark.jobs.cli.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Commands run in this process on a Spark master of choice, with a corpus and a model that take seconds. */
public final class SmallRun {
    public static final List<String> SETTINGS = List.of(
            "model.d-model=16",
            "model.n-layer=1",
            "model.l-max=32",
            "model.filter.width=8",
            "model.filter.emb=5",
            "train.workers=2",
            "train.local-steps=2",
            "train.rounds=6",
            "train.batch-size=2",
            "train.lr=1e-2",
            "train.filter-lr=1e-2",
            "train.warmup-steps=3",
            "run.validate-every-rounds=3",
            "checkpoint.every-rounds=2",
            "data.validation-documents=[3.txt]");

    public static final Map<String, String> SPARK = Map.of(
            "spark.ui.enabled", "false",
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.executor.extraClassPath", System.getProperty("java.class.path"),
            "spark.executor.extraJavaOptions", HyenaProcess.vectorFlags(),
            "spark.executor.memory", "512m",
            "spark.scheduler.minRegisteredResourcesRatio", "1.0");

    private SmallRun() {}

    /**
     * What a command gave.
     *
     * @param code its exit code
     * @param results its standard output
     * @param messages its standard error
     */
    public record Outcome(int code, String results, String messages) {
        /** The result line of a command that succeeded. */
        public JsonNode json() throws IOException {
            assertThat(code).as(messages).isZero();
            assertThat(results).hasLineCount(1);
            return Json.parse("the result", results.getBytes(StandardCharsets.UTF_8));
        }

        public String theta() throws IOException {
            return json().get("theta_sha256").textValue();
        }
    }

    /** Four short documents of words that repeat, so that a loss can fall. */
    public static Path corpus(Path directory) throws IOException {
        return corpus(directory, "corpus");
    }

    public static Path corpus(Path directory, String name) throws IOException {
        Path corpus = Files.createDirectories(directory.resolve(name));
        for (int document = 0; document < 4; document++) {
            var text = new StringBuilder();
            for (int word = 0; word < 400; word++) {
                text.append("alpha beta gamma delta ".split(" ", -1)[(word * (document + 1) + word / 7) % 4])
                        .append(' ');
            }
            Files.writeString(corpus.resolve(document + ".txt"), text);
        }
        return corpus;
    }

    /** Runs a command with the settings above and these arguments. */
    public static Outcome hyena(String master, String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(SETTINGS);
        all.addAll(Arrays.asList(arguments));
        return bare(master, all);
    }

    public static Outcome bare(String master, List<String> arguments) {
        return bare(master, arguments, "");
    }

    /** With a text on standard input. */
    public static Outcome bare(String master, List<String> arguments, String input) {
        var results = new ByteArrayOutputStream();
        var messages = new ByteArrayOutputStream();
        Properties before = (Properties) System.getProperties().clone();
        SPARK.forEach(System::setProperty);
        System.setProperty("spark.master", master);
        if (master.startsWith("local-cluster")) {
            HyenaProcess.ofExecutors().forEach(System::setProperty);
        }
        try {
            var console = new Console(
                    new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(results, true, StandardCharsets.UTF_8),
                    new PrintStream(messages, true, StandardCharsets.UTF_8));
            int code = Main.run(arguments, console);
            return new Outcome(
                    code, results.toString(StandardCharsets.UTF_8), messages.toString(StandardCharsets.UTF_8));
        } finally {
            System.setProperties(before);
        }
    }

    /** The {@link #lines} of a run's journal. */
    public static List<JsonNode> journal(Path run) throws IOException {
        return lines(run.resolve("journal.jsonl"));
    }

    /** The lines of a file of JSON lines; every one of them must be whole. */
    public static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(Json.parse(file.toString(), line.getBytes(StandardCharsets.UTF_8)));
        }
        return lines;
    }

    /** Prepares the corpus of a directory into its {@code dataset}. */
    public static String prepare(Path directory) throws IOException {
        String dataset = directory.resolve("dataset").toString();
        Outcome outcome = hyena("local[1]", "prepare", "data.input=" + corpus(directory), "data.dataset=" + dataset);
        assertThat(outcome.json().get("documents").intValue()).isEqualTo(4);
        return dataset;
    }

    /** Prepares the corpus that ships with the project into a directory's {@code dataset}; one speech is held out. */
    public static String prepareSampleCorpus(Path directory) throws IOException {
        Path corpus = Path.of(System.getProperty("basedir", "."), "../data-pipelines/sample-corpus");
        String dataset = directory.resolve("dataset").toString();
        List<String> arguments = List.of(
                "prepare",
                "data.input=" + corpus,
                "data.dataset=" + dataset,
                "data.validation-documents=[sotu-1885-grover-cleveland.txt]");
        bare("local[2]", arguments).json();
        return dataset;
    }
}
