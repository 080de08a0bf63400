package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.Main;
import io.github.hyenaspark.jobs.docs.Pages;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.S3Server;
import io.github.hyenaspark.jobs.testing.Signals;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands in processes of their own that are told to end, or that Spark leaves alone. */
@Tag("process")
class TerminationIT {
    private static final String LOGGING =
            Pages.root().resolve("conf/log4j2.properties").toString(); // as users have it

    private static final int MOMENTS = 20;
    private static final int LONGEST_MILLIS = 12_000;
    private static final long SEED = 7;
    private static final String LONG = "train.rounds=100000";

    @Test
    @Tag("fault-14")
    void sigtermSavesTheLastRoundAndTheRunGoesOnFromThere(@TempDir Path directory) throws Exception {
        String dataset = SmallRun.prepare(directory);
        Path run = directory.resolve("run");
        Process process = start(dataset, run);
        try (BufferedReader results = process.inputReader(StandardCharsets.UTF_8);
                BufferedReader messages = process.errorReader(StandardCharsets.UTF_8)) {
            assertThat(messages.lines().anyMatch(line -> line.matches("train: ([2-9]|\\d{2,}) of .*")))
                    .isTrue();
            process.toHandle().destroy(); // SIGTERM; Process.destroy would close the streams too
            assertThat(messages.lines().toList()).noneMatch(line -> line.contains("could not be saved"));
            assertThat(results.lines()).isEmpty();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(143);

        int round = inspect(run);
        assertThat(round).isBetween(2, 99_999);
        int last = round + 2;
        String resumed = train(dataset, run, last).theta();
        assertThat(resumed)
                .isEqualTo(train(dataset, directory.resolve("straight"), last).theta());
    }

    /** At any moment after the start; the files of a command that continues are those of the small run. */
    @ParameterizedTest
    @CsvSource({"train,INT", "train,TERM", "prepare,INT", "prepare,TERM", "compare,INT", "score,TERM"})
    void aCommandEndsInOneLineAndTheNextOneGoesOn(String command, String signal, @TempDir Path directory)
            throws Exception {
        String dataset = SmallRun.prepare(directory);
        Path run = directory.resolve("run");
        if (command.equals("score")) {
            train(dataset, run, 1).json();
        }
        Path corpus = largeCorpus(directory, command.equals("score") ? 100 : 3000); // a score reads slowly, and again
        String[] arguments = arguments(
                command,
                corpus,
                dataset,
                run.toString(),
                directory.resolve("new").toString());
        HyenaProcess process = HyenaProcess.on("local[1]").with("log4j2.configurationFile", LOGGING);
        NamedPoint point = NamedPoint.holding("unit .* read", directory.resolve("held")); // prepare must not end before
        long pause = ThreadLocalRandom.current().nextLong(command.equals("score") ? 1000 : 6000);
        Outcome outcome;
        try (HyenaProcess.Running running = process.withDriverAt(point).start(directory, arguments)) {
            while (!Files.readString(running.messages()).contains("INFO")
                    && running.process().isAlive()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            Signals.send(signal, running.process().toHandle());
            outcome = running.await(Duration.ofSeconds(25));
        }
        assertStopped(command, signal, outcome);
        assertThat(outcome.messages()).contains("the same command");
        if (command.equals("train")) {
            int next = Files.exists(run.resolve("manifest")) ? inspect(run) + 1 : 1;
            train(dataset, run, next).json();
        } else if (!command.equals("compare")) {
            assertThat(process.run(directory, arguments).json()).isNotNull();
        }
    }

    /** Documents in many units of work. */
    private static Path largeCorpus(Path directory, int repeats) throws IOException {
        Path corpus = SmallRun.corpus(directory, "large");
        for (int copy = 0; copy < 40; copy++) {
            Files.writeString(
                    corpus.resolve(copy + ".txt"), "document " + copy + " ".repeat(20) + "alpha beta ".repeat(repeats));
        }
        return corpus;
    }

    /** Of a command that takes long; {@code made} is where a dataset or scores go. */
    private static String[] arguments(String command, Path corpus, String dataset, String run, String made) {
        return switch (command) {
            case "train" -> words("train", LONG, "data.dataset=" + dataset, "run.dir=" + run);
            case "prepare" ->
                words("prepare", "data.input=file:" + corpus, "data.dataset=" + made, "data.unit-bytes=65536");
            case "compare" ->
                words("compare", LONG, "data.dataset=" + dataset, "compare.dir=" + made, "compare.lengths=[32]");
            default -> words("score", "data.input=file:" + corpus, "run.dir=" + run, "score.output=" + made);
        };
    }

    /** In one line, or without a word if it had not begun yet. */
    private static void assertStopped(String command, String signal, Outcome outcome) {
        List<String> lines = outcome.messages()
                .lines()
                .filter(line -> !line.startsWith("WARNING: "))
                .toList();
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(signal.equals("INT") ? 130 : 143);
        assertThat(outcome.messages()).doesNotContain("\tat ");
        if (!lines.isEmpty()) {
            assertThat(lines.get(lines.size() - 1))
                    .as(outcome.messages())
                    .startsWith("hyena " + command + ": stopped")
                    .contains("the same command");
        }
    }

    /** Each start goes on where the one before was stopped, or begins again; the store may be away by then. */
    @ParameterizedTest
    @CsvSource({
        "train,false",
        "train,true",
        "prepare,false",
        "prepare,true",
        "compare,false",
        "compare,true",
        "score,false",
        "score,true"
    })
    @Tag("endurance")
    void aCommandMayBeStoppedTwentyTimes(String command, boolean away, @TempDir Path directory) throws Exception {
        S3Server server = S3Server.newBucket();
        var place = new PreparePlace("s3", server.settings(), server.uri("stop"));
        place.run(
                        "local[1]",
                        words(
                                "prepare",
                                "data.input=file:" + SmallRun.corpus(directory),
                                "data.dataset=" + place.uri("dataset")))
                .json();
        if (command.equals("score")) {
            place.run("local[1]", words("train", "data.dataset=" + place.uri("dataset"), "run.dir=" + place.uri("run")))
                    .json();
        }
        Path corpus = largeCorpus(directory, 3000);
        HyenaProcess process = place.process("local[1]").with("log4j2.configurationFile", LOGGING);
        ProcessHandle store = store();
        var random = new Random(SEED);
        int done = 0;
        for (int moment = 0; moment < MOMENTS; moment++) {
            String signal = moment % 2 == 0 ? "INT" : "TERM";
            String[] arguments =
                    arguments(command, corpus, place.uri("dataset"), place.uri("run"), place.uri("made-" + done));
            int pause = random.nextInt(LONGEST_MILLIS);
            try (HyenaProcess.Running running = process.start(directory, arguments)) {
                if (running.process().waitFor(pause, TimeUnit.MILLISECONDS)) {
                    assertThat(running.await().code())
                            .as(running.await().messages())
                            .isZero();
                    done++;
                    continue;
                }
                if (away) {
                    Signals.pause(store);
                }
                long begin = System.nanoTime();
                Signals.send(signal, running.process().toHandle());
                Outcome outcome = running.await(Duration.ofSeconds(25));
                System.out.printf(
                        "%s, away %b, %s after %d ms: %d ms, %s%n",
                        command,
                        away,
                        signal,
                        pause,
                        (System.nanoTime() - begin) / 1_000_000,
                        outcome.messages().lines().reduce("", (a, b) -> b));
                if (outcome.code() == 0) { // it was done, and only its process was not
                    assertThat(outcome.messages()).doesNotContain("stopped");
                    assertThat(outcome.json()).isNotNull();
                    done++;
                } else {
                    assertStopped(command, signal, outcome);
                }
            } finally {
                Signals.wake(store);
            }
        }
        assertThat(done).as("starts that ended before they were stopped").isLessThan(MOMENTS / 2);
        if (command.equals("prepare") || command.equals("score")) {
            String[] last =
                    arguments(command, corpus, place.uri("dataset"), place.uri("run"), place.uri("made-" + done));
            assertThat(process.run(directory, last).json()).isNotNull();
        }
    }

    /** Those that read no settings, too, however long their store takes; all at once, since each waits ten seconds. */
    @Test
    void whatReadsOnlySaysThatItStillWorksAndEndsInOneLine(@TempDir Path directory) throws Exception {
        List<String> commands = List.of(
                "verify s3a://held/run",
                "inspect s3a://held/run",
                "generate s3a://held/run",
                "export s3a://held/run export.output=s3a://held/export",
                "inspect memory data.dataset=s3a://held/dataset");
        Map<String, HyenaProcess.Running> started = new LinkedHashMap<>();
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) { // accepts, and never answers
            HyenaProcess process = HyenaProcess.on("local[1]")
                    .with("log4j2.configurationFile", LOGGING)
                    .withHadoop(Map.of(
                            "fs.s3a.endpoint", "http://127.0.0.1:" + silent.getLocalPort(),
                            "fs.s3a.endpoint.region", "us-east-1",
                            "fs.s3a.path.style.access", "true",
                            "fs.s3a.access.key", "key",
                            "fs.s3a.secret.key", "secret"));
            for (String command : commands) {
                String name = "hyena " + command.replaceFirst(" (s3a|data).*", "");
                started.put(name, process.start(directory, command.split(" ", -1)));
            }
            for (Map.Entry<String, HyenaProcess.Running> command : started.entrySet()) {
                assertEndsInOneLine(command.getKey(), command.getValue());
            }
        } finally {
            started.values().forEach(HyenaProcess.Running::close);
        }
    }

    private static void assertEndsInOneLine(String name, HyenaProcess.Running running) throws Exception {
        while (!Files.readString(running.messages()).contains(name + ": still working")
                && running.process().isAlive()) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        Signals.send("TERM", running.process().toHandle());
        Outcome outcome = running.await(Duration.ofSeconds(25));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(143);
        assertThat(outcome.messages())
                .startsWith(name + ": still working, ")
                .endsWith(name + ": stopped; the same command begins again\n")
                .doesNotContain("\tat ");
        assertThat(outcome.results()).isEmpty();
    }

    private static ProcessHandle store() {
        return ProcessHandle.current()
                .descendants()
                .filter(child -> child.info().commandLine().orElse("").contains("s3mock"))
                .findFirst()
                .orElseThrow();
    }

    private static String[] words(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(SmallRun.SETTINGS);
        words.addAll(List.of("run.progress=plain", "run.validate-every-rounds=0"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    @Test
    void aStoreThatIsAwayDelaysTheEndByLessThan25SecondsAndIsToldOf(@TempDir Path directory) throws Exception {
        S3Server server = S3Server.newBucket();
        String dataset = SmallRun.prepare(directory);
        PreparePlace place = new PreparePlace("s3", server.settings(), server.uri("stop"));
        String[] arguments = words(
                "train",
                LONG,
                "checkpoint.every-rounds=1000",
                "data.dataset=file:" + dataset,
                "run.dir=" + place.uri("run"));
        ProcessHandle store = store();
        Outcome outcome;
        try (HyenaProcess.Running running = place.process("local[1]").start(directory, arguments)) {
            while (Files.readString(running.messages()).lines().noneMatch(line -> line.matches("train: [1-9].*"))
                    && running.process().isAlive()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            Signals.pause(store);
            running.process().toHandle().destroy();
            outcome = running.await(Duration.ofSeconds(25));
        } finally {
            Signals.wake(store);
        }
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(143);
        assertThat(outcome.messages())
                .doesNotContain("\tat ")
                .containsPattern(
                        "hyena train: stopped; round \\d+ is not saved: not written within 14 s; the same command"
                                + " begins again\n$");
        assertThat(place.run(
                                "local[1]",
                                words(
                                        "train",
                                        "train.rounds=1",
                                        arguments[arguments.length - 2],
                                        arguments[arguments.length - 1]))
                        .json()
                        .get("round")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void aRunContinuesThatIsStoppedBeforeItGoesOn(@TempDir Path directory) throws Exception {
        String dataset = SmallRun.prepare(directory);
        Path run = directory.resolve("run");
        train(dataset, run, 1).json();
        NamedPoint point = NamedPoint.holding("^resuming ", directory.resolve("held"));
        HyenaProcess process = HyenaProcess.on("local[1]").withDriverAt(point);
        try (HyenaProcess.Running running = process.start(directory, words("train", "run.dir=" + run))) {
            point.awaitReached(300);
            Signals.send("TERM", running.process().toHandle());
            Outcome outcome = running.await(Duration.ofSeconds(25));
            assertThat(outcome.code()).as(outcome.messages()).isEqualTo(143);
            assertThat(outcome.messages()).endsWith("hyena train: stopped; the same command continues\n");
        }
    }

    /** The main thread waits at a point for what never comes. */
    @Test
    void aContextThatEndsByItselfEndsTheCommandWhateverItWaitsFor(@TempDir Path directory) throws Exception {
        String dataset = SmallRun.prepare(directory);
        NamedPoint point = NamedPoint.holding("round 2 is trained", directory.resolve("held"));
        HyenaProcess process = HyenaProcess.on("local[1]")
                .with("spark.extraListeners", EndingSpark.class.getName())
                .withDriverAt(point);
        try (HyenaProcess.Running running = process.start(
                directory, words("train", LONG, "data.dataset=" + dataset, "run.dir=" + directory.resolve("run")))) {
            point.awaitReached(300); // a busy machine starts slowly
            Outcome outcome = running.await(Duration.ofSeconds(20)); // the listener takes up to 10 s of it
            assertThat(outcome.code()).as(outcome.messages()).isEqualTo(1);
            assertThat(outcome.messages())
                    .doesNotContain("\tat ")
                    .contains(
                            "hyena train: Spark has ended the application: the master local[1] is gone or has ended it;"
                                    + " see its log and those of executors; stopped after round 1; the same command continues");
        }
    }

    /** Ends the context once the main thread is held, in a thread that is none of the listeners'. */
    public static final class EndingSpark extends SparkListener {
        public EndingSpark() {
            Path held = Path.of(System.getProperty("hyena.kill.marker") + ".1");
            var thread = new Thread(
                    () -> {
                        while (!Files.exists(held)) {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                        }
                        SparkContext.getOrCreate().stop();
                    },
                    "end Spark");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** The only checkpoint before the end is the one that SIGTERM causes. */
    private static Process start(String dataset, Path run) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        command.addAll(HyenaProcess.jvmFlags());
        command.addAll(List.of("-Dspark.master=local[1]", "-Dspark.ui.enabled=false"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "train"));
        command.addAll(SmallRun.SETTINGS);
        command.addAll(List.of(LONG, "checkpoint.every-rounds=1000", "run.validate-every-rounds=0"));
        command.addAll(List.of("run.progress=plain", "data.dataset=" + dataset, "run.dir=" + run));
        return new ProcessBuilder(command).redirectOutput(Redirect.PIPE).start();
    }

    private static int inspect(Path run) throws IOException {
        return SmallRun.bare("none", List.of("inspect", run.toString(), "--json"))
                .json()
                .get("round")
                .intValue();
    }

    private static SmallRun.Outcome train(String dataset, Path run, int rounds) {
        return SmallRun.hyena(
                "local[1]",
                "train",
                LONG,
                "data.dataset=" + dataset,
                "run.dir=" + run,
                "run.validate-every-rounds=0",
                "run.stop-after-rounds=" + rounds);
    }
}
