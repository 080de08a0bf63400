package io.github.hyenaspark.jobs.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.jobs.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/** What schedulers start, with a launcher that only notes how it was called. */
class SchedulingTest {
    private static final Path HOME =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();
    /** These call spark-submit themselves. */
    private static final Set<String> WITHOUT_LAUNCHER = Set.of("airflow_spark_submit.py", "spark-application.yaml");

    private static final Path FOLDER = HOME.resolve("submit-scripts").resolve("scheduling");
    private static final Path NIGHTLY = FOLDER.resolve("nightly.sh");
    private static final Pattern SETTING = Pattern.compile("\\b(data|model|train|checkpoint|run)\\.([a-z][a-z-]*)");

    @TempDir
    Path directory;

    private Path settings;

    @BeforeEach
    void write() throws IOException {
        settings = Files.writeString(directory.resolve("corpus.conf"), "");
        launcher("printf '%s\\n' \"$@\" >\"$(dirname \"$0\")/arguments\"; echo a message >&2; echo '{\"done\":1}'");
    }

    private Path launcher(String body) throws IOException {
        Path launcher = Files.writeString(directory.resolve("hyena"), "#!/usr/bin/env bash\n" + body + "\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        return launcher;
    }

    /** What a process did; both streams are bounded by what a pipe holds. */
    private record Ended(int code, String output, String errors) {}

    private Ended run(Map<String, String> environment, List<String> command) throws Exception {
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("HYENA_LAUNCHER", directory.resolve("hyena").toString());
        builder.environment().put("HYENA_NIGHTLY_DIR", directory.toString());
        builder.environment().put("HYENA_NIGHTLY_LOG", log().toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Ended(
                    process.exitValue(),
                    new String(process.getInputStream().readAllBytes(), UTF_8),
                    new String(process.getErrorStream().readAllBytes(), UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    private Ended nightly(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", NIGHTLY.toString()));
        command.addAll(List.of(arguments));
        return run(environment, command);
    }

    private Path log() {
        return directory.resolve("nightly.log");
    }

    @Test
    void aNightPassesTheIntervalAndPrintsTheResultOnly() throws Exception {
        Map<String, String> interval = Map.of("HYENA_INTERVAL_START", "2026-01-01", "HYENA_INTERVAL_END", "2026-01-02");
        Ended ended = nightly(interval, settings.toString(), "data.unit-bytes=1 2", "--master", "local[2]");
        assertThat(ended).isEqualTo(new Ended(0, "{\"done\":1}\n", ""));
        assertThat(Files.readAllLines(directory.resolve("arguments")))
                .containsExactly(
                        "prepare",
                        settings.toString(),
                        "data.interval-start=2026-01-01",
                        "data.interval-end=2026-01-02",
                        "data.unit-bytes=1 2",
                        "--master",
                        "local[2]");
        assertThat(log()).hasContent("a message\n{\"done\":1}");
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString().replaceFirst("-\\d+\\.lock", "-N.lock")))
                    .containsOnly("arguments", "corpus.conf", "corpus-N.lock", "hyena", "nightly.log");
        }
    }

    @Test
    void theCodeOfACommandIsPassedOnWhereItsResultCannotBeWritten() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "Linux");
        launcher("echo '{\"done\":1}'; exit 3");
        String command = "bash '" + NIGHTLY + "' '" + settings + "' >/dev/full";
        Ended ended = run(Map.of(), List.of("bash", "-c", command));
        assertThat(ended.code()).as(ended.errors()).isEqualTo(3);
        assertThat(ended.errors()).contains("corpus: its result cannot be written", "ended with exit code 3");
    }

    @Test
    void aFolderThatCannotBeWrittenNeedsAPerson() throws Exception {
        Ended ended = nightly(Map.of("HYENA_NIGHTLY_DIR", settings.toString()), settings.toString());
        assertThat(ended.code()).isEqualTo(ExitCode.STORE_REFUSED.code());
        assertThat(ended.errors()).startsWith("nightly: cannot write to " + settings);
    }

    /** As of a service of systemd, whose standard error nobody can open by name. */
    @Test
    void theLogMayBeAStandardErrorThatIsASocket() throws Exception {
        String program = "import socket,subprocess,sys; ours,theirs=socket.socketpair();"
                + " code=subprocess.call(sys.argv[1:],stderr=theirs); theirs.close();"
                + " print(ours.makefile().read().strip()); sys.exit(code)";
        Ended ended = run(
                Map.of("HYENA_NIGHTLY_LOG", "/dev/stderr"),
                List.of("python3", "-c", program, "bash", NIGHTLY.toString(), settings.toString()));
        assertThat(ended).isEqualTo(new Ended(0, "{\"done\":1}\na message\n", ""));
    }

    @Test
    void withoutAnIntervalNothingIsSaidOfOne() throws Exception {
        assertThat(nightly(Map.of(), settings.toString()).code()).isZero();
        assertThat(Files.readAllLines(directory.resolve("arguments"))).containsExactly("prepare", settings.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 75})
    void theExitCodeIsThatOfPrepare(int code) throws Exception {
        launcher("exit " + code);
        Ended ended = nightly(Map.of(), settings.toString());
        assertThat(ended.code()).isEqualTo(code);
        assertThat(ended.output()).isEmpty();
        assertThat(ended.errors())
                .isEqualTo("nightly: corpus ended with exit code " + code + "; what it said is in " + log() + "\n");
    }

    @Test
    void theReasonIsOnStandardError() throws Exception {
        Files.writeString(log(), "hyena prepare: of an earlier run\n");
        launcher("echo 'hyena prepare: a.txt has changed' >&2; echo more >&2; exit 3");
        assertThat(nightly(Map.of(), settings.toString()).errors())
                .isEqualTo("hyena prepare: a.txt has changed\n"
                        + "nightly: corpus ended with exit code 3; what it said is in " + log() + "\n");
    }

    @Test
    void aSecondRunOnThisMachineEndsWith75() throws Exception {
        assumeTrue(hasProgram("flock"), "there is no flock");
        launcher(Files.readString(NIGHTLY).lines().findFirst().orElseThrow() + "\nexec bash " + NIGHTLY + " \"$2\"");
        Ended ended = nightly(Map.of(), settings.toString());
        assertThat(ended.code()).isEqualTo(75);
        assertThat(log()).content().startsWith("nightly: another run of corpus on this machine holds " + directory);
    }

    /** Such as one of root's, who has tried it. */
    @Test
    void aLogThatCannotBeWrittenIsToldAsWhatAPersonMends() throws Exception {
        launcher("exit 0");
        Ended ended = nightly(Map.of("HYENA_NIGHTLY_LOG", "/proc/nothing/log"), settings.toString());
        assertThat(ended.code()).isEqualTo(5);
        assertThat(ended.errors()).startsWith("nightly: cannot write to /proc/nothing/log: ");
    }

    @Test
    void aTerminationIsPassedOnAndItsExitCodeBack() throws Exception {
        launcher("trap 'exit 17' TERM; kill -TERM $PPID; while :; do sleep 0.05; done");
        assertThat(nightly(Map.of(), settings.toString()).code()).isEqualTo(17);
    }

    @Test
    void aMissingSettingsFileIsNamed() throws Exception {
        assertThat(nightly(Map.of(), "gone.conf").code()).isEqualTo(2);
        assertThat(nightly(Map.of()).errors()).contains("the first argument is a settings file that ends in .conf");
    }

    @Test
    void everySettingThatIsNamedIsThere() throws IOException {
        for (Path file : files()) {
            for (MatchResult found :
                    SETTING.matcher(Files.readString(file)).results().toList()) {
                assertThat(Settings.defaultsOf(found.group(1)))
                        .as("%s names %s", file.getFileName(), found.group())
                        .containsPattern("\n +" + found.group(2) + " ");
            }
        }
    }

    @Test
    void everySchedulerStartsTheSameScript() throws IOException {
        for (Path file : files()) {
            if (WITHOUT_LAUNCHER.contains(file.getFileName().toString())) {
                continue;
            }
            String text = Files.readString(file);
            assertThat(text).as(file.toString()).contains("submit-scripts/scheduling/nightly.sh");
            assertThat(text.replaceAll("submit-scripts/(scheduling/nightly.sh|layout.sh|hyena\\b)", ""))
                    .as(file.toString())
                    .doesNotContain("submit-scripts/");
        }
    }

    @Test
    void everySchedulerStartsOnACluster() throws IOException {
        for (Path file : files()) {
            String text = Files.readString(file).replaceAll("</?argument>\\s*", " ");
            assertThat(text).as(file.toString()).doesNotContainPattern("\\blocal(\\[|-cluster)");
            if (!WITHOUT_LAUNCHER.contains(file.getFileName().toString()) && !file.equals(NIGHTLY)) {
                assertThat(text)
                        .as(file.toString())
                        .containsPattern("--master +(yarn|k8s://\\S+) [^#]*--executor-memory");
            }
        }
    }

    /** What the operator gives Spark is what our settings for Spark say. */
    @Test
    void theSparkApplicationHasTheSettingsOfTheLauncher() throws IOException {
        List<String> launcher = Files.readAllLines(HOME.resolve("conf/spark-defaults.conf")).stream()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .toList();
        List<String> ours = Files.readString(FOLDER.resolve("spark-application.yaml"))
                .lines()
                .map(String::strip)
                .filter(line -> line.matches("spark[.](?!hadoop[.]|kubernetes[.]).*"))
                .map(line -> line.replaceFirst(": ", " ").replace("\"", ""))
                .toList();
        assertThat(ours).hasSizeGreaterThan(5).isSubsetOf(launcher);
        assertThat(Files.readString(FOLDER.resolve("spark-application.yaml"))).contains("concurrencyPolicy: Forbid");
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> !file.toString().contains("oozie-coordinator") && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,done",
        "1,AirflowException",
        "2,AirflowFailException",
        "3,AirflowFailException",
        "75,AirflowSkipException",
        "130,AirflowException",
        "137,AirflowException",
        "143,AirflowException"
    })
    void airflowTriesOnlyWhatFailedOrWasStoppedAgainAndSkips75(int code, String outcome) throws Exception {
        assumeTrue(hasProgram("python3"), "there is no python3");
        launcher("[ \"$3\" = data.interval-start=START ] && [ \"$4\" = data.interval-end=END ]"
                + " && [ \"$6 $7 $8 $9\" = '--master yarn -- --num-executors' ] && exit " + code);
        Path airflow = Path.of("src", "test", "python", "airflow_stub.py").toAbsolutePath();
        Ended ended = run(
                Map.of("HOME_FOLDER", HOME.toString(), "SETTINGS", settings.toString()),
                List.of(
                        "python3",
                        "-B",
                        airflow.toString(),
                        FOLDER.resolve("airflow_dag.py").toString()));
        assertThat(ended.output().lines()).as(ended.errors()).last().isEqualTo(outcome);
    }

    @Test
    void argoNeverRunsTwoAtOnceAndTriesOnlyWhatFailedOrWasStoppedAgain() throws Exception {
        Path yaml = FOLDER.resolve("argo-cronworkflow.yaml");
        assertThat(Files.readString(yaml))
                .contains("concurrencyPolicy: Forbid")
                .contains(
                        "expression: lastRetry.status == \"Error\" || asInt(lastRetry.exitCode) in [1, 129, 130, 137, 143]");
        assumeTrue(hasProgram("python3"), "there is no python3");
        assumeTrue(run(Map.of(), List.of("python3", "-c", "import yaml")).code() == 0, "there is no yaml for python3");
        String entry = "import sys, yaml; s = yaml.safe_load(open(sys.argv[1]))['spec']['workflowSpec']; print("
                + "next(t for t in s['templates'] if t['name'] == s['entrypoint'])['container']['args'][0])";
        Ended ended = run(Map.of(), List.of("python3", "-c", entry, yaml.toString()));
        assertThat(ended.errors()).isEmpty();
        String placed = ended.output()
                .replace("/opt/hyena-spark", HOME.toString())
                .replace("/etc/hyena/corpus.conf", settings.toString());
        Map<String, String> pod = Map.of(
                "HYENA_INTERVAL_END", "2026-01-02T02:15:00Z",
                "POD_NAME", "night-1",
                "POD_NAMESPACE", "hyena",
                "POD_IP", "10.0.0.7");
        Ended night = run(pod, List.of("bash", "-euc", placed));
        assertThat(night).as(night.errors()).isEqualTo(new Ended(0, "{\"done\":1}\n", ""));
        assertThat(Files.readAllLines(directory.resolve("arguments")))
                .startsWith(
                        "prepare",
                        settings.toString(),
                        "data.interval-start=2026-01-01T02:15:00Z",
                        "data.interval-end=2026-01-02T02:15:00Z",
                        "data.min-age=15m",
                        "--master",
                        "k8s://https://kubernetes.default.svc",
                        "--")
                .contains(
                        "spark.kubernetes.driver.pod.name=night-1",
                        "spark.kubernetes.namespace=hyena",
                        "spark.driver.host=10.0.0.7");
    }

    @Test
    void oozieWaitsForTheDayAndKnowsWhatTheWorkflowNeeds() throws Exception {
        Document coordinator = parse("oozie-coordinator.xml");
        assertThat(coordinator.getElementsByTagName("done-flag").item(0).getTextContent())
                .isEqualTo("_SUCCESS");
        Document workflow = parse("oozie-workflow.xml");
        List<String> passed = new ArrayList<>();
        for (int i = 0; i < coordinator.getElementsByTagName("name").getLength(); i++) {
            passed.add(coordinator.getElementsByTagName("name").item(i).getTextContent());
        }
        assertThat(Pattern.compile("\\$\\{([a-zA-Z]+)}")
                        .matcher(workflow.getDocumentElement().getTextContent())
                        .results()
                        .map(found -> found.group(1)))
                .isNotEmpty()
                .allMatch(passed::contains);
    }

    /** The shell's own words of the workflow, with a program that ends with each code. */
    @Test
    void oozieSeesAFailureInWhatMayRunAgainAndInNothingElse() throws Exception {
        Document workflow = parse("oozie-workflow.xml");
        String words = workflow.getElementsByTagName("argument").item(1).getTextContent();
        for (int code : new int[] {0, 1, 2, 3, 4, 5, 75, 129, 130, 137, 143}) {
            Ended ended = run(Map.of(), List.of("bash", "-c", words, "bash", "-c", "exit " + code));
            boolean again = List.of(1, 129, 130, 137, 143).contains(code);
            assertThat(ended).isEqualTo(new Ended(again ? 1 : 0, "code=" + code + "\n", ""));
        }
    }

    private static Document parse(String name) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(FOLDER.resolve(name).toFile());
    }

    private boolean hasProgram(String name) throws Exception {
        return run(Map.of(), List.of("bash", "-c", "command -v " + name)).code() == 0;
    }
}
