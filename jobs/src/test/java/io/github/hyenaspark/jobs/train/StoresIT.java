package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands of the README with nothing on the local disk, by the scripts, on the servers that one of them starts.
 */
@Tag("process")
class StoresIT {
    private static final String EXECUTORS = "local-cluster[2,1,1024]";
    private static final String CONF = "HADOOP_CONF_DIR";
    private static final Pattern EXPORTED = Pattern.compile("(\\w+)=(\\S+)");

    @TempDir
    static Path directory;

    /** What the start prints. */
    private static final Map<String, String> SHELL = new TreeMap<>();

    private static Outcome servers(String command, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(Arrays.asList(more));
        return Script.named("local-storage.sh")
                .with(CONF, SHELL.getOrDefault(CONF, ""))
                .run(directory, words.toArray(String[]::new));
    }

    @BeforeAll
    static void start() throws Exception {
        Outcome started = servers("start", directory.resolve("servers").toString());
        assertThat(started.code()).as(started.messages()).isZero();
        for (Matcher variable = EXPORTED.matcher(started.results()); variable.find(); ) {
            SHELL.put(variable.group(1), variable.group(2));
        }
        assertThat(SHELL).containsOnlyKeys(CONF, "HDFS", "S3");
        SmallRun.corpus(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        String folder = directory.resolve("servers").toString();
        assertThat(servers("stop", folder).code()).isZero();
        assertThat(servers("status", folder).code()).isEqualTo(1);
    }

    private static Outcome hyena(String... words) throws Exception {
        Outcome outcome =
                Script.named("hyena").with(CONF, SHELL.getOrDefault(CONF, "")).run(directory, words);
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        assertThat(outcome.messages()).doesNotContain("WARN  S3A");
        return outcome;
    }

    private static JsonNode onSpark(String master, String command, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("--master", master, command));
        words.addAll(Arrays.asList(more));
        words.addAll(List.of("--", "--driver-memory", "1g"));
        return hyena(words.toArray(String[]::new)).json();
    }

    private static Storage storage() throws IOException {
        var conf = new Configuration(false);
        conf.addResource(new org.apache.hadoop.fs.Path(SHELL.get(CONF) + "/core-site.xml"));
        Map<String, String> settings = new TreeMap<>();
        conf.forEach(setting -> settings.put(setting.getKey(), setting.getValue()));
        return Storage.of(settings);
    }

    private static void assertParquet(String folder) throws IOException {
        assertThat(storage().find(folder)).extracting(FileInfo::uri).anyMatch(uri -> uri.endsWith(".parquet"));
    }

    @Test
    void aFolderOnS3BecomesAModelThatIsMeasured() throws Exception {
        measured(SHELL.get("S3") + "/beginning of the readme");
    }

    @ParameterizedTest
    @Tag("endurance")
    @ValueSource(strings = {"S3", "HDFS"})
    void aFolderBecomesAModelThatIsMeasuredUsedAndHandedOn(String store) throws Exception {
        String root = SHELL.get(store) + "/path of the readme";
        String input = measured(root);
        String run = root + "/run";
        JsonNode scored = onSpark(EXECUTORS, "score", "run.dir=" + run, input, "score.output=" + root + "/scores");
        assertThat(scored.get("documents").intValue()).isEqualTo(4);
        assertParquet(root + "/scores");
        JsonNode embedded = onSpark("local[2]", "embed", "run.dir=" + run, input, "embed.output=" + root + "/vectors");
        assertThat(embedded.get("documents").intValue()).isEqualTo(4);
        assertParquet(root + "/vectors");
        handOn(root, run, root + "/dataset");
    }

    /** The setting of the corpus there, of which {@code dataset} and {@code run} lie beside it. */
    private static String measured(String root) throws Exception {
        Outcome put = servers("fs", "-mkdir", root);
        assertThat(put.code()).as(put.messages()).isZero();
        put = servers("fs", "-put", directory.resolve("corpus").toString(), root + "/corpus");
        assertThat(put.code()).as(put.messages()).isZero();
        String input = "data.input=" + root + "/corpus";
        String dataset = root + "/dataset";
        String run = root + "/run";

        JsonNode prepared =
                onSpark("local[2]", "prepare", input, "data.dataset=" + dataset, "data.validation-documents=[3.txt]");
        assertThat(prepared.get("documents").intValue()).isEqualTo(4);
        List<String> train = new ArrayList<>(SmallRun.SETTINGS);
        train.addAll(List.of("data.dataset=" + dataset, "run.dir=" + run));
        JsonNode trained = onSpark(EXECUTORS, "train", train.toArray(String[]::new));
        assertThat(trained.get("round").intValue()).isEqualTo(6);
        assertThat(storage().exists(run + "/report.html")).isTrue();

        JsonNode evaluated = onSpark("local[2]", "evaluate", "run.dir=" + run);
        assertThat(evaluated.get("loss").doubleValue())
                .isEqualTo(trained.get("held_out_loss").doubleValue());
        assertThat(storage().exists(evaluated.get("by_document").textValue())).isTrue();
        return input;
    }

    private static void handOn(String root, String run, String dataset) throws Exception {
        String[] generate = {"generate", "generate.prompt=alpha", "generate.temperature=0", "generate.tokens=20"};
        String text = hyena(with(generate, "run.dir=" + run)).results();
        assertThat(text).isNotEmpty();
        JsonNode exported =
                hyena("export", run, "export.output=" + root + "/export").json();
        hyena("export", run, "export.output=" + root + "/export", "export.format=dl4j")
                .json();
        assertThat(storage().exists(root + "/export/model.zip")).isTrue();
        String imported = root + "/imported";
        hyena("import", "import.input=" + root + "/export", "run.dir=" + imported)
                .json();
        assertThat(hyena(with(generate, "run.dir=" + imported)).results()).isEqualTo(text);
        JsonNode inspected = hyena("inspect", "--json", imported).json();
        assertThat(inspected.get("theta_sha256")).isEqualTo(exported.get("theta_sha256"));
        for (String checked : List.of(dataset, run, imported)) {
            assertThat(hyena("verify", checked).json().get("valid").booleanValue())
                    .as(checked)
                    .isTrue();
        }
        hyena("vacuum", "data.dataset=" + dataset).json();
    }

    private static String[] with(String[] words, String more) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = more;
        return all;
    }

    @Test
    void aCommandWithoutSparkTakesSettingsOfHadoopToo() throws Exception {
        Outcome put = servers("fs", "-put", directory.resolve("corpus").toString(), SHELL.get("HDFS") + "/plain");
        assertThat(put.code()).as(put.messages()).isZero();
        String[] prepare = {
            "--master",
            "local[1]",
            "prepare",
            "data.input=/plain",
            "data.dataset=/plain-dataset",
            "--",
            "--driver-memory",
            "1g",
            "--conf",
            "spark.hadoop.fs.defaultFS=" + SHELL.get("HDFS")
        };
        hyena(prepare).json();
        String[] inspect = {"inspect", "--json", "/plain-dataset", "--"};
        String[] settings = Arrays.copyOfRange(prepare, 6, prepare.length);
        List<String> words = new ArrayList<>(Arrays.asList(inspect));
        words.addAll(Arrays.asList(settings));
        assertThat(hyena(words.toArray(String[]::new)).json().get("documents").intValue())
                .isEqualTo(4);
        Outcome kubernetes = Script.named("hyena").run(directory, "--master", "k8s://https://127.0.0.1:6443", "train");
        assertThat(kubernetes.code()).isEqualTo(2);
        assertThat(kubernetes.messages()).contains("--master k8s://... needs SPARK_HOME");
        words.add("--num-executors");
        Outcome refused = Script.named("hyena").run(directory, words.toArray(String[]::new));
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.messages())
                .contains("after -- it takes --driver-memory SIZE and --conf spark.hadoop.KEY=VALUE")
                .endsWith("not '--num-executors'\n");
    }
}
