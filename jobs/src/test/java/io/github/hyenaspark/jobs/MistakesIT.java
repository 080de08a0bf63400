package io.github.hyenaspark.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.hyenaspark.jobs.docs.Pages;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.StandaloneCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What people do wrong, and what they read then: what, where and what to do, in at most three lines, and no trace. */
class MistakesIT {
    private static final String LOGGING = "log4j2.configurationFile";

    /** A command with its arguments, its exit code, and parts of what it says. */
    private record Mistake(int code, String command, List<String> says) {
        static Mistake of(int code, String command, String... says) {
            return new Mistake(code, command, List.of(says));
        }
    }

    /** Of every kind, and quick. */
    static final List<Mistake> FIRST = List.of(
            Mistake.of(2, "trian data.dataset=x", "no command trian; did you mean train?"),
            Mistake.of(2, "train train.lrr=1", "train.lrr", "did you mean train.lr?"),
            Mistake.of(2, "train trian.lr=1", "unknown section trian", "did you mean train?"),
            Mistake.of(2, "train train.lr=abc run.dir=DIR/r", "train.lr", "abc"),
            Mistake.of(2, "train DIR/none.conf", "DIR/none.conf"),
            Mistake.of(2, "prepare data.input=DIR/none data.dataset=DIR/d", "data.input", "there is no file:DIR/none"),
            Mistake.of(
                    2, "train data.dataset=DIR/none run.dir=DIR/r", "there is no snapshot in DIR/none", "run prepare"),
            Mistake.of(2, "inspect s3x://bucket/run", "s3x://bucket/run", "s3a://BUCKET/"),
            Mistake.of(2, "inspect memory model.l-max=100000000", "model.l-max=100000000", "expected a smaller one"),
            Mistake.of(2, "train run.store-patience-seconds=-1", "run.store-patience-seconds", "-1", "at least 0"));

    static final List<Mistake> OTHERS = List.of(
            // typing
            Mistake.of(2, "", "a command is needed", "hyena --help"),
            Mistake.of(2, "bench cnov", "did you mean conv?"),
            Mistake.of(2, "train --lr=3", "Unknown option: '--lr=3'", "see hyena train --help"),
            Mistake.of(2, "train train.lr", "train.lr"),
            Mistake.of(2, "train DIR/broken.conf", "DIR/broken.conf"),
            Mistake.of(2, "inspect", "Missing required parameter"),
            Mistake.of(
                    2, "prepare data.input=task:listops data.dataset=DIR/d data.dry-run=true", "data.dry-run", "false"),
            // types and ranges
            Mistake.of(2, "train train.rounds=2.5 run.dir=DIR/r", "train.rounds", "2.5"),
            Mistake.of(2, "train train.lr=-1", "train.lr", "-1"),
            Mistake.of(2, "train model.d-model=0 run.dir=DIR/r", "d-model", "0"),
            Mistake.of(2, "train model.mixer=hyenna run.dir=DIR/r", "mixer", "hyenna"),
            Mistake.of(2, "train train.optimizer=sgd run.dir=DIR/r", "train.optimizer", "sgd", "adamw"),
            Mistake.of(2, "train train.betas=[1] run.dir=DIR/r", "betas"),
            Mistake.of(2, "train run.progress=loud", "run.progress", "loud", "plain"),
            Mistake.of(
                    2, "prepare data.validation-fraction=2 data.input=DIR/corpus data.dataset=DIR/d", "fraction", "2"),
            Mistake.of(2, "prepare data.packing=tight data.input=DIR/corpus data.dataset=DIR/d", "packing", "tight"),
            Mistake.of(
                    2, "prepare data.interval-start=yesterday data.input=DIR/corpus data.dataset=DIR/d", "yesterday"),
            Mistake.of(2, "train checkpoint.every-rounds=0 run.dir=DIR/r", "checkpoint.every-rounds: found 0"),
            Mistake.of(2, "train checkpoint.keep=0 run.dir=DIR/r", "checkpoint.keep: found 0"),
            Mistake.of(2, "train run.stop-after-rounds=-1 run.dir=DIR/r", "run.stop-after-rounds: found -1"),
            Mistake.of(2, "evaluate run.checkpoint=latest", "run.checkpoint: found latest", "newest"),
            Mistake.of(2, "embed embed.pooling=first", "first", "last, mean or positions"),
            // places
            Mistake.of(2, "train data.dataset=DATASET", "run.dir: found nothing"),
            Mistake.of(2, "train data.dataset=DATASET data.snapshot=7 run.dir=DIR/r", "7"),
            Mistake.of(2, "train data.dataset=DIR/file run.dir=DIR/r", "DIR/file"),
            Mistake.of(2, "train data.dataset=DATASET run.dir=DIR/file", "DIR/file: found a file"),
            Mistake.of(2, "train data.dataset=DATASET data.tokenizer=dna run.dir=DIR/r", "data.tokenizer: found dna"),
            Mistake.of(2, "prepare data.input=DIR/empty data.dataset=DIR/d", "has no documents"),
            Mistake.of(2, "prepare data.input=DIR/corpus/*.pdf data.dataset=DIR/d", "*.pdf"),
            Mistake.of(
                    2,
                    "prepare data.input=DIR/corpus data.tokenizer=DIR/none.json data.dataset=DIR/d",
                    "data.tokenizer: there is no file:DIR/none.json, expected \"bytes\", "),
            Mistake.of(
                    2,
                    "inspect memory data.tokenizer=DIR/none.json",
                    "data.tokenizer: there is no file:DIR/none.json, expected \"bytes\", "),
            Mistake.of(
                    2,
                    "generate run.dir=DIR/none generate.prompts=DIR/none.txt",
                    "generate.prompts: there is no file:DIR/none.txt, expected a file with a prompt on each line"),
            Mistake.of(
                    2,
                    "train data.dataset=DATASET run.dir=DIR/r run.replay=DIR/none",
                    "run.replay: there is no file:DIR/none, expected the journal.jsonl of the run to do again"),
            Mistake.of(
                    2,
                    "bench tokens bench.text=DIR/none",
                    "bench.text: there is no file:DIR/none, expected a file of text, or nothing for a generated one"),
            Mistake.of(3, "prepare data.input=DIR/corpus data.tokenizer=DIR/file.json data.dataset=DIR/d", "file.json"),
            Mistake.of(
                    2,
                    "prepare data.input=DIR/corpus data.clean.steps=[no.such.Step] data.dataset=DIR/d",
                    "no.such.Step"),
            Mistake.of(2, "generate run.dir=DIR/none", "there is no checkpoint in DIR/none; run train first"),
            Mistake.of(2, "evaluate run.dir=DIR/none", "there is no checkpoint in DIR/none"),
            Mistake.of(
                    2, "score run.dir=DIR/none data.input=DIR/corpus score.output=DIR/s", "no checkpoint in DIR/none"),
            Mistake.of(2, "score run.dir=DIR/none data.input=DIR/corpus", "score.output: found nothing"),
            Mistake.of(2, "inspect DIR", "found neither a checkpoint nor"),
            Mistake.of(2, "verify DIR/none", "DIR/none"),
            Mistake.of(2, "export run.dir=DIR/none export.output=DIR/e", "DIR/none"),
            Mistake.of(2, "import import.input=DIR/none run.dir=DIR/r", "DIR/none"),
            Mistake.of(2, "compare data.dataset=DATASET", "compare.dir: found nothing"),
            Mistake.of(2, "compare data.dataset=DATASET compare.dir=DIR/c compare.lengths=[7]", "compare.lengths"),
            Mistake.of(2, "inspect s3a:///run", "s3a"),
            Mistake.of(2, "inspect s3a:bucket/run", "\"s3a:bucket/run/manifest\": found neither a path nor a URI"),
            Mistake.of(
                    2,
                    "train data.dataset=DATASET run.dir=run:1",
                    "\"run:1/manifest\": found neither a path nor a URI"),
            Mistake.of(2, "inspect hdfs:///run", "found no name of a host", "HADOOP_CONF_DIR"),
            Mistake.of(2, "inspect hdfs://name_node:9000/run", "hdfs://name_node:9000/run", "HADOOP_CONF_DIR"),
            // sizes
            Mistake.of(2, "inspect memory model.d-model=20000", "model.d-model=20000", "expected a smaller one"),
            Mistake.of(2, "train data.dataset=DATASET run.dir=DIR/r train.batch-size=20000000", "train.batch-size"),
            Mistake.of(2, "train data.dataset=DATASET run.dir=DIR/r model.d-model=4096", "MiB", "needs", "found"),
            Mistake.of(
                    2,
                    "train data.dataset=DATASET run.dir=DIR/r train.workers=100000",
                    "train.workers",
                    "at most 1000"),
            Mistake.of(2, "train data.dataset=DATASET run.dir=DIR/r train.threads=64", "a task takes 64 cores"),
            Mistake.of(
                    2,
                    "prepare data.input=DIR/huge.jsonl data.unit-bytes=1 data.dataset=DIR/d",
                    "data.unit-bytes: found 1, expected at least",
                    "--driver-memory"),
            // stores
            Mistake.of(
                    5, "inspect s3a://refused/run", "s3a://refused/run", "at http://127.0.0.1:", "HTTP 403", "secret"),
            Mistake.of(5, "inspect s3a://nobucket/run", "there is no such bucket", "create it"),
            Mistake.of(
                    5,
                    "prepare data.input=DIR/corpus data.dataset=s3a://refused/d",
                    "s3a://refused/d",
                    "access was refused"),
            Mistake.of(5, "train data.dataset=s3a://nobucket/d run.dir=DIR/r", "s3a://nobucket/d", "no such bucket"),
            Mistake.of(5, "inspect s3a://moved/run", "another region"),
            Mistake.of(1, "inspect s3a://down/run", "s3a://down/run", "at http://127.0.0.1:1", "no answer within 20 s"),
            Mistake.of(
                    1,
                    "prepare data.input=DIR/corpus data.dataset=hdfs://no-such-host.invalid:9000/d",
                    "hdfs://no-such-host.invalid:9000/d",
                    "the name of the host is unknown; check",
                    "HADOOP_CONF_DIR"),
            Mistake.of(1, "inspect hdfs://127.0.0.1:1/run", "hdfs://127.0.0.1:1", "check that the server runs"),
            // Spark
            Mistake.of(
                    1,
                    "train --master=spark://127.0.0.1:1 data.dataset=DATASET run.dir=DIR/r",
                    "spark://127.0.0.1:1",
                    "found no master"),
            Mistake.of(2, "train --master=nowhere data.dataset=DATASET run.dir=DIR/r", "nowhere"),
            Mistake.of(
                    2,
                    "train --master=local[99999999999] data.dataset=DATASET run.dir=DIR/r",
                    "--master: found local[99999999999], expected local[N]",
                    "numbers from 1 to"),
            Mistake.of(
                    2,
                    "train --master=yarn data.dataset=DATASET run.dir=DIR/r train.threads=2",
                    "a task takes 2 cores",
                    "yarn has executors of 1"),
            Mistake.of(
                    2,
                    "train --master=yarn data.dataset=DATASET run.dir=DIR/r",
                    "found yarn and no address of its resource manager",
                    "HADOOP_CONF_DIR"));

    @TempDir
    static Path shared;

    private static String dataset;
    private static HttpServer store;

    @BeforeAll
    static void makeThings() throws IOException {
        dataset = SmallRun.prepare(shared);
        Files.createDirectory(shared.resolve("empty"));
        Files.writeString(shared.resolve("file"), "text");
        Files.writeString(shared.resolve("file.json"), "{\"text\": 1}");
        Files.writeString(shared.resolve("broken.conf"), "train { lr = ");
        Files.writeString(SmallRun.corpus(shared, "large").resolve("more.txt"), "text ".repeat(100_000));
        try (var huge = new RandomAccessFile(shared.resolve("huge.jsonl").toFile(), "rw")) {
            huge.setLength(1L << 32); // takes no space
        }
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", MistakesIT::answer);
        store.start();
    }

    @AfterAll
    static void endStore() {
        store.stop(0);
    }

    /** As S3 does: the name of the bucket says what is wrong with it. */
    private static void answer(HttpExchange exchange) throws IOException {
        String bucket = exchange.getRequestURI().getPath().split("/", -1)[1];
        int status = Map.of("refused", 403, "moved", 301).getOrDefault(bucket, 404);
        String code = Map.of(403, "AccessDenied", 301, "PermanentRedirect", 404, "NoSuchBucket")
                .get(status);
        byte[] body = ("<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>").getBytes(UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @ParameterizedTest
    @FieldSource("FIRST")
    void aMistakeIsTold(Mistake mistake) {
        told(mistake);
    }

    @Tag("process")
    @ParameterizedTest
    @FieldSource("OTHERS")
    void everyMistakeIsTold(Mistake mistake) {
        told(mistake);
    }

    private static void told(Mistake mistake) {
        String master = "local[1]";
        List<String> words = new ArrayList<>();
        for (String word : here(mistake.command()).split(" ", -1)) {
            if (word.startsWith("--master=")) {
                master = word.substring("--master=".length());
            } else if (!word.isEmpty()) {
                words.add(word);
            }
        }
        String endpoint = "http://127.0.0.1:" + store.getAddress().getPort();
        Map<String, String> settings = Map.of(
                "endpoint", endpoint,
                "bucket.down.endpoint", "http://127.0.0.1:1",
                "endpoint.region", "us-east-1",
                "path.style.access", "true",
                "access.key", "key",
                "secret.key", "secret");
        settings.forEach((key, value) -> System.setProperty("spark.hadoop.fs.s3a." + key, value));
        long begin = System.nanoTime();
        Outcome outcome = SmallRun.bare(master, words);
        settings.keySet().forEach(key -> System.clearProperty("spark.hadoop.fs.s3a." + key));
        check(mistake, outcome);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
    }

    /** In a process of its own, which alone sees the disk that is full or read-only. */
    @Tag("process")
    @ParameterizedTest
    @CsvSource({
        "size=64k, prepare, there is no space left",
        "'size=64k,ro', prepare, the file system is read-only",
        "'size=64k,ro', train, the file system is read-only"
    })
    void aDiskThatTakesNothingIsToldWithItsPath(String options, String command, String reason) throws Exception {
        assumeTrue(new ProcessBuilder("unshare", "-rm", "true").start().waitFor() == 0, "disks cannot be made here");
        Path disk = Files.createTempDirectory(shared, "disk");
        List<String> words = new ArrayList<>(List.of(
                "unshare",
                "-rm",
                "sh",
                "-c",
                "mount -t tmpfs -o " + options + " none " + disk + " && exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-D" + LOGGING + "=" + logging(),
                "-Dspark.master=local[1]",
                "-Dspark.ui.enabled=false"));
        words.addAll(HyenaProcess.jvmFlags());
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), command));
        words.addAll(SmallRun.SETTINGS);
        words.addAll(
                command.equals("train")
                        ? List.of("data.dataset=" + dataset, "run.dir=" + disk.resolve("run"))
                        : List.of("data.input=" + shared.resolve("large"), "data.dataset=" + disk.resolve("d")));
        try (HyenaProcess.Running running = HyenaProcess.Running.start(new ProcessBuilder(words), shared)) {
            Outcome outcome = running.await();
            assertThat(outcome.code()).as(outcome.messages()).isEqualTo(5);
            List<String> lines = outcome.messages().lines().toList();
            assertThat(lines.get(lines.size() - 1))
                    .startsWith("hyena " + command + ": file:" + disk)
                    .contains(reason, "; ");
            assertThat(outcome.messages()).doesNotContain("\tat ");
        }
    }

    @Tag("process")
    @Test
    void executorsThatAreKilledAgainAndAgainAreTold() throws Exception {
        NamedPoint death =
                NamedPoint.killing("^worker 0 begins", shared.resolve("death")).times(20);
        Outcome outcome = onExecutors()
                .with("spark.task.maxFailures", "2")
                .withExecutorsAt(death)
                .run(shared, training("killed").toArray(String[]::new));
        assertTold(outcome, 1, "a task lost its executor 2 times", "137", "spark.executor.memoryOverhead");
    }

    @Tag("endurance")
    @Test
    void executorsWhoseJavaDoesNotStartAreTold() throws Exception {
        HyenaProcess process = onExecutors().with("spark.executorEnv.JAVA_HOME", otherJava("11.0.22"));
        Outcome outcome = process.run(shared, training("java").toArray(String[]::new));
        assertTold(outcome, 1, "no executor of local-cluster[1,1,512] has started for 120 s", "see their logs");
    }

    /** With its worker, as when their machine is lost: an executor alone goes on without them. */
    @Tag("endurance")
    @Test
    void aMasterThatDiesDuringTheRunIsTold() throws Exception {
        try (var cluster = StandaloneCluster.start(shared.resolve("cluster"), 1)) {
            HyenaProcess process = cluster.driver(new PreparePlace("disk", Map.of(), shared.toString()))
                    .with(LOGGING, logging());
            List<String> words = new ArrayList<>(training("orphan"));
            words.add("train.rounds=100000");
            try (HyenaProcess.Running running = process.start(shared, words.toArray(String[]::new))) {
                while (!Files.readString(running.messages()).matches("(?s).*\ntrain: [1-9].*")
                        && running.process().isAlive()) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
                cluster.kill();
                Outcome outcome = running.await(Duration.ofSeconds(90));
                assertTold(outcome, 1, "spark://127.0.0.1", "is gone (Connection refused)", "start it again; stopped");
            }
        }
    }

    /** Spark says so only if the cores of executors are set; else it waits for ever. */
    @Tag("process")
    @Test
    void executorsWithFewerCoresThanATaskTakesAreTold() throws Exception {
        String says = "has executors of 1; give them more cores or the task fewer threads";
        try (var cluster = StandaloneCluster.start(shared.resolve("one-core"), 1)) {
            HyenaProcess set = cluster.driver(new PreparePlace("disk", Map.of(), shared.toString()))
                    .with(LOGGING, logging());
            Map<String, String> properties = new TreeMap<>(set.properties());
            properties.remove("spark.executor.cores");
            for (HyenaProcess process : List.of(set, new HyenaProcess(set.master(), properties, set.flags()))) {
                List<String> words = new ArrayList<>(training("threads"));
                words.add("train.threads=2");
                assertTold(
                        process.run(shared, words.toArray(String[]::new)),
                        2,
                        "a task takes 2 cores (train.threads, or spark.task.cpus), but " + set.master(),
                        says);
            }
        }
    }

    @Tag("process")
    @Test
    void aResourceManagerThatDoesNotAnswerIsTold() {
        String key = "spark.hadoop.yarn.resourcemanager.address";
        System.setProperty(key, "127.0.0.1:1");
        try {
            told(Mistake.of(
                    1,
                    "train --master=yarn data.dataset=DATASET run.dir=DIR/r",
                    "--master yarn: found no resource manager at 127.0.0.1:1 (Connection refused); start it"));
        } finally {
            System.clearProperty(key);
        }
    }

    /** A command that reads no settings; it waits for executors, of which this cluster has none. */
    @Tag("endurance")
    @Test
    void aMasterThatDiesWhileVerifyWaitsIsTold() throws Exception {
        try (var cluster = StandaloneCluster.start(shared.resolve("no-workers"), 0)) {
            HyenaProcess process = cluster.driver(new PreparePlace("disk", Map.of(), shared.toString()))
                    .with("spark.cores.max", "1")
                    .with(LOGGING, logging());
            try (HyenaProcess.Running running = process.start(shared, "verify", dataset)) {
                while (!Files.readString(running.messages()).contains("tasks wait, since no executor is there")
                        && running.process().isAlive()) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
                cluster.kill();
                Outcome outcome = running.await(Duration.ofSeconds(90));
                assertThat(outcome.code()).as(outcome.messages()).isEqualTo(1);
                assertThat(outcome.messages())
                        .contains("hyena verify: the master spark://127.0.0.1", "is gone (Connection refused)")
                        .endsWith("start it again; stopped; the same command begins again\n")
                        .doesNotContain("\tat ");
            }
        }
    }

    @Tag("process")
    @ParameterizedTest
    @CsvSource({
        "11.0.22, 'Java 11, which is in', set JAVA_HOME to a Java 17 or 21",
        "'', there is no Java in, set JAVA_HOME to a Java 17 or 21"
    })
    void theWrongJavaIsTold(String version, String found, String advice) throws Exception {
        String home = version.isEmpty() ? shared.resolve("none").toString() : otherJava(version);
        Outcome outcome = Script.named("hyena").with("JAVA_HOME", home).run(shared, "train");
        assertTold(outcome, 2, found, home, advice);
    }

    /** One whose version is known, and which starts nothing. */
    private static String otherJava(String version) throws IOException {
        Path home = shared.resolve("java-" + version);
        Path program = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(program, "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home.toString();
    }

    private static HyenaProcess onExecutors() {
        return HyenaProcess.on("local-cluster[1,1,512]").with(LOGGING, logging());
    }

    private static String logging() {
        return Pages.root().resolve("conf/log4j2.properties").toString(); // as users have it
    }

    private static List<String> training(String run) {
        List<String> words = new ArrayList<>(List.of("train"));
        words.addAll(SmallRun.SETTINGS);
        words.addAll(List.of("run.progress=plain", "data.dataset=" + dataset, "run.dir=" + shared.resolve(run)));
        return words;
    }

    /** Of a command that has begun: what it says besides its progress, and besides a line for each executor lost. */
    private static void assertTold(Outcome outcome, int code, String... says) {
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(code);
        assertThat(outcome.results()).isEmpty();
        List<String> lines = outcome.messages()
                .lines()
                .filter(line -> !line.matches(
                        "train: .*|WARNING: .*|[-0-9: ]+INFO .*|.* Lost executor .*|.* still working, .*"))
                .toList();
        assertThat(lines).as(outcome.messages()).hasSizeBetween(1, 3).noneMatch(line -> line.startsWith("\tat "));
        assertThat(lines.get(lines.size() - 1)).startsWith("hyena").contains(says);
    }

    private static String here(String text) {
        return text.replace("DATASET", dataset).replaceAll("\\bDIR\\b", shared.toString());
    }

    private static void check(Mistake mistake, Outcome outcome) {
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(mistake.code());
        assertThat(outcome.results()).isEmpty();
        assertThat(outcome.messages())
                .startsWith("hyena")
                .contains(mistake.says().stream().map(MistakesIT::here).toList())
                .doesNotContain("\tat ", "Exception");
        assertThat(outcome.messages().lines().count()).as(outcome.messages()).isLessThanOrEqualTo(3);
    }
}
