package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code submit-scripts/hyena} with a Java of the test's own: it writes down what a command calls it with, then is this
 * one. Times are not measured here; what costs time is that the wrong classes are loaded, or the archive is not used.
 */
class LauncherIT {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(10); // it takes ten seconds where nothing else runs
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final String SHORT = "short";
    private static final String LONG = "long";
    private static final String SHARED = " source: shared objects file";

    @TempDir
    static Path directory;

    private static Path home = Path.of("");
    private static String release = "";

    @BeforeAll
    static void java() throws IOException {
        home = Files.createDirectories(directory.resolve("java"));
        Path real = Path.of(System.getProperty("java.home"));
        release = Files.readString(real.resolve("release"));
        Path program = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(program, """
                #!/usr/bin/env bash
                folder='FOLDER'
                case "$*" in
                *ShortCommands* | *LongCommands* | *-Xshare:dump*)
                  if [ -e "$folder/kill" ]; then touch "$folder/killed"; kill -9 $$; fi
                  if [ -e "$folder/fail" ]; then sleep 1; touch "$folder/failed"; exit 1; fi
                  ;;
                *) printf '%s\\n' "$@" >"$folder/arguments" ;;
                esac
                exec 'JAVA' "$@"
                """.replace("FOLDER", directory.toString())
                .replace("JAVA", real.resolve("bin").resolve("java").toString()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @BeforeEach
    void usualVersion() throws IOException {
        Files.writeString(home.resolve("release"), release);
    }

    @AfterAll
    static void removeArchive() throws IOException {
        for (String kind : List.of(SHORT, LONG)) {
            for (Path file : made(kind)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The archive of this test's Java, and what lies there until it is made. */
    private static List<Path> made(String kind) throws IOException {
        String name = kind + home.toString().replaceAll("[^A-Za-z0-9._]", "-");
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter(file -> file.getFileName().toString().startsWith(name))
                    .toList();
        }
    }

    private static List<Path> archives(String kind) throws IOException {
        return made(kind).stream()
                .filter(file -> file.toString().endsWith(".jsa"))
                .toList();
    }

    private Path archive() throws IOException, InterruptedException {
        return archive(SHORT, "--help");
    }

    /** The archive of a kind, which this command has made in the background if there is none. */
    private Path archive(String kind, String... command) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long again = System.nanoTime();
        while (archives(kind).isEmpty()) {
            if (System.nanoTime() >= again) { // the one before may have found another at it that was then killed
                assertThat(hyena(command).code()).isZero();
                again = System.nanoTime() + AGAIN.toNanos();
            }
            assertThat(System.nanoTime()).as("no archive after %s", PATIENCE).isLessThan(end);
            Thread.sleep(100);
        }
        return archives(kind).get(0);
    }

    /** Takes the archive away while something is tried. */
    private void withoutArchive(String mark, Attempt attempt) throws Exception {
        Path archive = archive();
        Path kept = Files.move(archive, TARGET.resolve(archive.getFileName() + ".kept"));
        Path marked = Files.createFile(directory.resolve(mark));
        try {
            attempt.run();
        } finally {
            Files.deleteIfExists(marked);
            Files.move(kept, archive, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private Outcome hyena(String... words) throws IOException, InterruptedException {
        return Script.named("hyena").with("JAVA_HOME", home.toString()).run(directory, words);
    }

    private void assertQuiet(Outcome outcome) {
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        assertThat(outcome.messages()).isEmpty();
        assertThat(outcome.results()).isNotBlank();
    }

    /** The classes that the last JVM of the launcher loaded, each with its source, found by starting it again. */
    private List<String> loaded() throws IOException, InterruptedException {
        Path log = directory.resolve("classes");
        startAgain(argument -> argument.equals("-Xlog:disable") ? "-Xlog:class+load:file=" + log : argument);
        return Files.readAllLines(log);
    }

    /** The last JVM of the launcher, with other arguments. */
    private void startAgain(UnaryOperator<String> change) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Files.readAllLines(directory.resolve("arguments")).forEach(argument -> command.add(change.apply(argument)));
        Process again = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("again").toFile())
                .start();
        assertThat(again.waitFor())
                .as(Files.readString(directory.resolve("again")))
                .isZero();
    }

    private void assertLean(String... others) throws IOException, InterruptedException {
        assertThat(loaded())
                .noneMatch(line -> Stream.of(others).anyMatch(line::contains))
                .anyMatch(line -> line.contains(" io.github.hyenaspark.jobs.Main" + SHARED))
                .noneMatch(line -> line.contains(" org.nd4j.")
                        || line.contains(" org.deeplearning4j.")
                        || line.contains(" org.bytedeco.")
                        || line.contains(" org.apache.spark.")
                        || line.contains(" org.apache.logging.")
                        || line.contains(" org.apache.hadoop.conf.Configuration "));
    }

    @Test
    void helpComesFromTheArchiveAndLoadsNeitherSparkNorDl4j() throws Exception {
        assertThat(archive()).isNotEmptyFile();
        assertQuiet(hyena("--help"));
        assertLean(" picocli.CommandLine ", " com.fasterxml.jackson.core.JsonParser ");
        assertQuiet(hyena("train", "--help"));
        assertLean();
        assertThat(hyena("--version").results())
                .matches("hyena-spark [0-9.]+(-SNAPSHOT)?, Spark [0-9.]+, Java [0-9.]+\n");
    }

    @Test
    void inspectComesFromTheArchiveAndLoadsNeitherSparkNorDl4j() throws Exception {
        String run = directory.resolve("run").toString();
        ShortCommands.makeRun(run);
        assertThat(archive()).isNotEmptyFile();
        String[] slow = {
            " picocli.CommandLine ",
            ".databind.ObjectMapper ",
            " java.util.Formatter ",
            " java.lang.runtime.ObjectMethods "
        };
        assertQuiet(hyena("inspect", run));
        assertLean(slow);
        assertQuiet(hyena("inspect", run, "--json"));
        assertLean(slow);
        assertLean(" com.typesafe.");
        String fitting = directory.resolve("fitting").toString();
        ShortCommands.makeFitting(fitting);
        assertQuiet(hyena("inspect", fitting));
        assertLean(slow);
    }

    /** Those of Spark and of models too, with the driver as its script starts it. */
    @Test
    @Tag("endurance")
    void commandsThatComputeComeFromAnArchiveOfTheirOwn() throws Exception {
        assertThat(archive(LONG, "inspect", "memory")).isNotEmptyFile();
        Path input = Files.createDirectories(directory.resolve("input"));
        Files.writeString(input.resolve("a.txt"), "a text");
        Outcome prepared = hyena(
                "--master",
                "local[1]",
                "prepare",
                "data.input=" + input,
                "data.dataset=" + directory.resolve("dataset"));
        assertThat(prepared.code()).as(prepared.messages()).isZero();
        assertThat(loaded())
                .anyMatch(line -> line.contains(" io.github.hyenaspark.jobs.Main" + SHARED))
                .anyMatch(line -> line.contains(" org.apache.spark.SparkContext" + SHARED));
        assertRecorded();
        assertThat(hyena("inspect", "memory").code()).isZero();
        assertThat(loaded()).anyMatch(line -> line.contains(" io.github.hyenaspark.model.ModelConfig" + SHARED));
    }

    /** Commands that open a session need what Spark's own script opens of Java, which only the launcher tells. */
    @Test
    @Tag("process")
    void aLabelIsLearnedAndPredictedWithTheSparkOfTheBuild() throws Exception {
        Path labelled = Files.write(directory.resolve("labelled.jsonl"), LongCommands.labelled());
        String run = "run.dir=" + directory.resolve("fit");
        for (List<String> words : List.of(
                List.of(
                        "fit",
                        "data.input=" + labelled,
                        run,
                        "fit.folds=2",
                        "fit.models=1",
                        "fit.epochs=1",
                        "model.d-model=8",
                        "model.n-layer=1"),
                List.of("predict", run, "data.input=" + labelled, "predict.output=" + directory.resolve("out")))) {
            Outcome outcome = hyena(words.toArray(String[]::new));
            assertThat(outcome.code()).as(outcome.messages()).isZero();
        }
        assertThat(directory.resolve("out/_SUCCESS")).exists();
    }

    /** A flight recording looks at the file of each class; here all classes of the archive are loaded. */
    private void assertRecorded() throws IOException, InterruptedException {
        Path recording = directory.resolve("recording.jfr");
        startAgain(argument -> switch (argument) {
            case "-Xlog:disable" -> "-XX:StartFlightRecording=filename=" + recording;
            case "io.github.hyenaspark.jobs.Main" -> LongCommands.class.getName();
            default -> argument;
        });
        assertThat(recording).isNotEmptyFile();
    }

    @Test
    void anArchiveThatCannotBeMadeIsDoneWithout() throws Exception {
        String run = directory.resolve("run-without").toString();
        ShortCommands.makeRun(run);
        archive();
        Outcome with = hyena("inspect", run);
        withoutArchive("fail", () -> {
            Outcome before = hyena("inspect", run);
            assertQuiet(before);
            assertThat(before.results()).isEqualTo(with.results());
            assertThat(archive()).isEmptyFile();
            assertThat(archive().toFile().lastModified())
                    .as("an archive is as old as the jars that it began with")
                    .isLessThan(directory.resolve("failed").toFile().lastModified());
            Outcome after = hyena("inspect", run);
            assertQuiet(after);
            assertThat(after.results()).isEqualTo(with.results());
            assertThat(archive()).isEmptyFile();
        });
    }

    @Test
    @Tag("process")
    void anAttemptToMakeTheArchiveThatIsKilledIsRepeated() throws Exception {
        withoutArchive("kill", () -> {
            assertQuiet(hyena("--help"));
            Path killed = directory.resolve("killed");
            for (long end = System.nanoTime() + PATIENCE.toNanos(); !Files.exists(killed); Thread.sleep(100)) {
                assertThat(System.nanoTime()).as("nothing was killed").isLessThan(end);
            }
            assertThat(archives(SHORT)).isEmpty();
            Files.move(directory.resolve("kill"), directory.resolve("fail"));
            assertThat(archive()).as("the next attempt's").isEmptyFile();
            Files.delete(directory.resolve("fail"));
        });
    }

    @Test
    @Tag("process")
    void anArchiveThatDoesNotFitIsPassedOverWithoutAWord() throws Exception {
        Path archive = archive();
        Path kept = Files.move(archive, TARGET.resolve(archive.getFileName() + ".kept"));
        Files.write(archive, new byte[4096]);
        assertQuiet(hyena("--help"));
        Files.move(kept, archive, StandardCopyOption.REPLACE_EXISTING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_402", "11.0.22", "26", "99.0.1"})
    void aJavaThatSparkCannotUseIsRefusedBeforeItStarts(String version) throws Exception {
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        Files.deleteIfExists(directory.resolve("arguments"));
        for (String command : List.of("train", "inspect")) {
            Outcome outcome = hyena(command);
            assertThat(outcome.code()).isEqualTo(ExitCode.WRONG_USAGE.code());
            assertThat(outcome.messages())
                    .hasLineCount(1)
                    .matches("(?s)hyena: Spark [0-9.]+ does not run on Java "
                            + version.replaceFirst("^1\\.", "").replaceAll("\\D.*", "")
                            + ", which is in .*: set JAVA_HOME to a Java 17 or 21\n");
            assertThat(outcome.results()).isEmpty();
        }
        assertThat(directory.resolve("arguments")).doesNotExist();
    }
}
