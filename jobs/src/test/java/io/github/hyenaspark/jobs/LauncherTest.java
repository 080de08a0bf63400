package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.docs.Pages;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code submit-scripts/hyena} builds and when, in a small checkout, with a Maven, a Spark and a Java that do
 * nothing.
 */
class LauncherTest {
    private static final List<String> JARS = List.of(
            "lib/hyena-jobs-0.jar", "spark/jars/spark-core_2.12-3.5.9.jar", "spark/jars/scala-library-2.12.18.jar");

    @TempDir
    Path directory;

    private Path checkout = Path.of("");
    private Path source = Path.of("");

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = directory.resolve("a checkout");
        source = checkout.resolve("core/src/main/java/A.java");
        write(source, "class A {}");
        write(checkout.resolve("pom.xml"), "<project/>");
        write(checkout.resolve("core/pom.xml"), "<project/>");
        for (String file : List.of("submit-scripts/hyena", "submit-scripts/layout.sh", "conf/spark-defaults.conf")) {
            write(checkout.resolve(file), Files.readString(Pages.root().resolve(file)));
        }
        program(
                "bin/mvn",
                "echo >>../builds; . submit-scripts/layout.sh; cd jobs/target; mkdir -p lib spark/jars; touch "
                        + String.join(" ", JARS) + "; sources >sources.sum");
        program(
                "bin/mkdir",
                "case $* in *hyena-spark) exit 1 ;; *) exec /bin/mkdir \"$@\" ;; esac"); // no archive of classes
        program("bin/flock", "[ \"$1\" != -n ]"); // nor here, since another command seems to be at it
        program("java/bin/java", "printf '%s\\n' \"$@\"");
        write(directory.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
        program("spark/bin/spark-submit", "echo submitted");
        for (String jar : JARS.subList(1, JARS.size())) {
            write(directory.resolve(jar), "");
        }
    }

    /** A launcher that has ended may be opening the lock of an archive yet, in a folder that is being deleted. */
    @AfterEach
    void deleteCheckout() {
        for (int attempt = 0; attempt < 1000 && !FileUtils.deleteQuietly(directory.toFile()); attempt++) {
            Thread.onSpinWait();
        }
    }

    private static Path write(Path file, String text) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        return Files.writeString(file, text);
    }

    private void program(String name, String body) throws IOException {
        Path file = write(directory.resolve(name), "#!/usr/bin/env bash\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Outcome hyena(String... words) throws IOException, InterruptedException {
        return hyenaWith(directory.resolve("spark").toString(), words);
    }

    /** With a folder of archives in which none can be made, as in one where a checkout has them. */
    private Outcome hyenaWith(String spark, String... words) throws IOException, InterruptedException {
        return hyenaIn(Map.of("SPARK_HOME", spark), words);
    }

    private Outcome hyenaIn(Map<String, String> more, String... words) throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PATH",
                directory.resolve("bin") + ":" + System.getenv("PATH"),
                "JAVA_HOME",
                directory.resolve("java").toString(),
                "XDG_CACHE_HOME",
                "/dev/null",
                "SPARK_HOME",
                directory.resolve("spark").toString()));
        environment.putAll(more);
        return new Script(checkout.resolve("submit-scripts/hyena"), environment).run(directory, words);
    }

    private int builds() throws IOException {
        Path log = directory.resolve("builds");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    private void assertSubmitted(int builds) throws IOException, InterruptedException {
        Outcome outcome = hyena("prepare");
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        assertThat(outcome.results()).isEqualTo("submitted\n");
        assertThat(builds()).isEqualTo(builds);
    }

    private void assertRefused(Outcome outcome, String message) {
        assertThat(outcome.code()).isEqualTo(ExitCode.WRONG_USAGE.code());
        assertThat(outcome.messages()).startsWith("hyena: ").contains(message).hasLineCount(1);
        assertThat(outcome.results()).isEmpty();
    }

    @Test
    void whatNeedsNoNewJarsNamesTheCommandThatBuilds() throws Exception {
        for (String line : List.of("--help", "--version", "train --help", "inspect RUN", "inspect memory", "")) {
            assertRefused(hyena(line.split(" ")), "the jars are not built yet: build them with " + checkout);
        }
        assertThat(builds()).isZero();
        for (int time = 0; time < 2; time++) {
            assertThat(hyena("build").results()).isEqualTo("the jars are up to date\n");
            assertThat(builds()).isEqualTo(1);
        }
    }

    @Test
    void theContentOfTheSourcesDecidesAndNotTheirTimes() throws Exception {
        assertSubmitted(1);
        assertSubmitted(1);
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
        assertSubmitted(1);
        write(source, "class A { }");
        Files.setLastModifiedTime(source, FileTime.from(Instant.EPOCH));
        assertSubmitted(2);
        Path another = write(checkout.resolve("core/src/main/java/B.java"), "");
        assertSubmitted(3);
        Files.delete(another);
        assertSubmitted(4);
        write(checkout.resolve("core/src/test/java/ATest.java"), "");
        assertSubmitted(4);
        Files.move(checkout, directory.resolve("another place"));
        checkout = directory.resolve("another place");
        assertSubmitted(4);
    }

    @Test
    void changedSourcesAreBuiltWithTheProfilesOfTheJars() throws Exception {
        program("bin/mvn", "printf '%s ' \"$@\" >../words; exit 1");
        for (String byDefault : List.of("", " -Pyarn")) {
            write(checkout.resolve("jobs/target/profiles"), byDefault);
            assertThat(hyena("prepare").messages()).contains("building the jars (mvn package) ...");
            assertThat(directory.resolve("words")).content().isEqualTo("-q -B -Dmaven.test.skip=true package ");
        }
        write(checkout.resolve("jobs/target/profiles"), "-Pspark-4 -Pyarn");
        assertThat(hyena("prepare").messages()).contains("building the jars (mvn -Pspark-4 -Pyarn package) ...");
        assertThat(directory.resolve("words")).content().startsWith("-q -B -Pspark-4 -Pyarn ");
    }

    @Test
    void aDistributionHasNothingToBuild() throws Exception {
        hyena("build");
        Path target = checkout.resolve("jobs/target");
        Files.move(target.resolve("lib"), checkout.resolve("jars"));
        Path spark = Files.move(target.resolve("spark"), directory.resolve("its own"));
        FileUtils.deleteDirectory(checkout.resolve("core").toFile());
        FileUtils.deleteDirectory(checkout.resolve("jobs").toFile());
        assertSubmitted(1);
        assertRefused(hyena("build"), "its jars are built");
        assertRefused(hyenaWith("", "prepare"), "no Spark of its own: set SPARK_HOME");
        Outcome version = hyenaWith("", "--version");
        assertThat(version.results()).as(version.messages()).endsWith("--version\n");
        Files.move(spark, checkout.resolve("spark"));
        String jar = checkout.resolve("jars/hyena-jobs-0.jar").toString();
        assertThat(hyenaWith("", "verify", "RUN").results()).contains(jar, checkout + "/spark/jars/spark-core");
        assertThat(builds()).isEqualTo(1);
    }

    /** A new command is expected here until it is listed as one that opens no session. */
    @Test
    void everyCommandThatOpensASessionIsSubmitted() throws Exception {
        hyena("build");
        Set<String> plain =
                Set.of("generate", "export", "import", "expire", "vacuum", "migrate", "bench", "inspect", "verify");
        for (CommandWords command : Commands.ALL) {
            Outcome outcome = hyena(command.name());
            assertThat(outcome.results().equals("submitted\n"))
                    .as("%s is submitted", command.name())
                    .isEqualTo(!plain.contains(command.name()));
        }
        assertThat(hyena("bench", "round").results()).isEqualTo("submitted\n");
    }

    @Test
    void wordsAndNamesOfFilesAreUtf8WhereNothingIsSaidOfThem() throws Exception {
        hyena("build");
        program("spark/bin/spark-submit", "echo \"$LC_ALL $LANG\"");
        assertThat(hyenaIn(Map.of("LC_ALL", "C"), "prepare").results()).startsWith("C.UTF-8 ");
        assertThat(hyenaIn(Map.of("LC_ALL", "", "LANG", ""), "prepare").results())
                .startsWith("C.UTF-8 ");
        assertThat(hyenaIn(Map.of("LC_ALL", "", "LANG", "fr_FR.UTF-8"), "prepare")
                        .results())
                .as("reasons of failures are known in English")
                .startsWith("C.UTF-8 ");
    }

    @Test
    void aTildeIsTheHomeFolderInPlacesButNotInPrompts() throws Exception {
        hyena("build");
        program("spark/bin/spark-submit", "printf '%s\\n' \"$@\"");
        assertThat(hyenaIn(
                                Map.of("HOME", "/home/me"),
                                "train",
                                "run.dir=~/run",
                                "data.dataset=~",
                                "data.input=a~/user=~/b",
                                "data.source.separator=~",
                                "run.sample.prompt=~/x",
                                "data.tokenizer=~you/t")
                        .results()
                        .lines())
                .endsWith(
                        "run.dir=/home/me/run",
                        "data.dataset=/home/me",
                        "data.input=a~/user=~/b",
                        "data.source.separator=~",
                        "run.sample.prompt=~/x",
                        "data.tokenizer=~you/t");
    }

    @Test
    void optionsOfTheUsersForJavaReachEveryCommand() throws Exception {
        hyena("build");
        Map<String, String> options =
                Map.of("SPARK_SUBMIT_OPTS", "-XX:StartFlightRecording -Da='b c'", "SPARK_HOME", "");
        assertThat(hyenaIn(options, "inspect", "RUN").results().lines())
                .containsSequence("-XX:StartFlightRecording", "-Da=b c");
        assertThat(hyenaIn(Map.of("SPARK_SUBMIT_OPTS", "-XX:+UseZGC", "SPARK_HOME", ""), "inspect", "RUN")
                        .results()
                        .lines())
                .contains("-XX:+UseZGC")
                .doesNotContain("-XX:+UseG1GC");
        assertThat(hyenaIn(Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC", "SPARK_HOME", ""), "inspect", "RUN")
                        .results()
                        .lines())
                .doesNotContain("-XX:+UseG1GC");
        assertThat(hyenaIn(Map.of("SPARK_SUBMIT_OPTS", "-Da=it's", "SPARK_HOME", ""), "inspect", "RUN")
                        .messages())
                .contains("SPARK_SUBMIT_OPTS cannot be read");
        assertThat(hyena("inspect", "RUN").results().lines()).doesNotContain("", "-Dhyena.terminal=true");
    }

    @Test
    void aJavaThatDoesNotRunIsTold() throws Exception {
        hyena("build");
        program("stub/bin/java", "exit 1");
        assertRefused(
                hyenaIn(Map.of("JAVA_HOME", directory.resolve("stub").toString()), "inspect", "RUN"),
                "/stub does not run: install Java 17 or 21");
    }

    @Test
    void theScriptOfAVersionManagerIsAskedForItsJava() throws Exception {
        hyena("build");
        program("bin/java-of-shim", "echo '    java.home = " + directory.resolve("java") + "'");
        Files.createSymbolicLink(directory.resolve("bin/java"), directory.resolve("bin/java-of-shim"));
        program("spark/bin/spark-submit", "echo submitted");
        Outcome outcome = hyenaIn(Map.of("JAVA_HOME", ""), "prepare");
        assertThat(outcome.results()).as(outcome.messages()).isEqualTo("submitted\n");
    }

    @Test
    void aBuildThatIsStoppedEndsAsStopped() throws Exception {
        program("bin/mvn", "exit 130");
        assertThat(hyena("build").code()).isEqualTo(130);
        program("bin/mvn", "exit 1");
        assertThat(hyena("build").messages()).contains("the build failed");
    }

    @Test
    void optionsOfSparkSubmitBeforeTheDashesAreToldInALine() throws Exception {
        String advice = "is an option of spark-submit: give it after the settings and --";
        assertRefused(hyena("--driver-memory", "2g", "train", "run.dir=RUN"), "'--driver-memory' " + advice);
        assertRefused(hyena("train", "run.dir=RUN", "--conf=a=b"), "'--conf=a=b' " + advice);
        assertRefused(hyena("--conf", "a=b", "inspect", "RUN"), "as in hyena train run.dir=RUN -- --conf VALUE");
    }

    @Test
    void mistakesAfterTheDashesAreToldInALine() throws Exception {
        hyena("build");
        assertRefused(hyena("train", "--", "--executr-memory", "8g"), "'--executr-memory' after --");
        assertRefused(hyena("train", "--", "train.rounds=3"), "settings of hyena come before --");
        assertRefused(
                hyena("train", "--", "--executor-memory", "2x"), "--executor-memory 2x: expected an amount of memory");
        assertRefused(
                hyena("train", "--", "--driver-memory=lots"),
                "--driver-memory lots: expected a whole number and k, m, g or t");
        assertRefused(hyena("train", "--", "--conf"), "--conf after -- needs a value");
        for (String memory : List.of("2x", "8gb", "4096")) {
            assertRefused(hyena("generate", "RUN", "--", "--driver-memory", memory), memory + ": expected a whole");
            assertRefused(hyena("train", "RUN", "--", "--driver-memory", memory), memory + ": expected a whole number");
        }
        assertRefused(hyena("train", "--", "--master", "yarn"), "give --master URL before it");
        assertRefused(hyena("train", "--", "--class=A"), "would start another program");
        assertRefused(
                hyena("train", "--", "--properties-file", "my.conf"), "conf/spark-defaults.conf: write into that");
        assertRefused(hyena("train", "--properties-file=my.conf"), "conf/spark-defaults.conf: write into that");
        assertThat(hyena(
                                "train",
                                "--",
                                "--driver-java-options",
                                "--add-opens java.base/java.nio=ALL-UNNAMED",
                                "--conf=spark.executor.cores=2",
                                "--supervise",
                                "--driver-memory",
                                "8g")
                        .results())
                .isEqualTo("submitted\n");
    }

    /** Spark reads its file as Java's properties are read. */
    @Test
    void commandsWithoutSparkTakeTheDefaultsOfSpark() throws Exception {
        hyena("build");
        Path defaults = checkout.resolve("conf/spark-defaults.conf");
        String shipped = Files.readString(defaults).replaceFirst("(?m)^spark[.]driver[.]memory.*", "");
        for (String line :
                List.of("spark.driver.memory=8g", "spark.driver.memory: 8gb", "  spark.driver.memory   8G", "# none")) {
            write(defaults, shipped + "spark.hadoop.fs.s3a.endpoint = http://minio:9000 \n" + line);
            List<String> found = hyena("generate", "RUN").results().lines().toList();
            assertThat(found)
                    .contains(line.equals("# none") ? "-Xmx4g" : line.contains("G") ? "-Xmx8G" : "-Xmx8g")
                    .contains("-Dhyena.spark-defaults=" + defaults)
                    .noneMatch(word -> word.contains("minio")); // others see a command line, and keys may be there
        }
        write(defaults, shipped + "spark.driver.memory 4096");
        assertThat(hyena("generate", "RUN").results()).contains("-Xmx4096m\n");
        write(defaults, shipped + "spark.driver.memory lots");
        assertRefused(hyena("generate", "RUN"), "spark.driver.memory lots: expected a whole number and k, m, g or t");
    }

    @Test
    void commandsWithoutSparkSeeTheFilesThatAUsersSparkSees() throws Exception {
        hyena("build");
        String folder = directory.resolve("spark/conf").toString();
        assertThat(hyena("inspect", "RUN").results()).doesNotContain(folder);
        write(Path.of(folder, "core-site.xml"), "<configuration/>");
        assertThat(hyena("inspect", "RUN").results()).contains(":" + folder + "\n");
    }

    /** Spark itself reads that file, but later. */
    @Test
    void whereHadoopIsMayStandInTheEnvironmentOfAUsersSpark() throws Exception {
        hyena("build");
        write(directory.resolve("spark/conf/spark-env.sh"), """
                echo a word that nobody wants
                HADOOP_CONF_DIR=/etc/of-spark
                export SPARK_DIST_CLASSPATH=/opt/hadoop/*
                false
                echo "$UNSET"
                """);
        assertThat(hyena("inspect", "RUN").results()).contains(":/etc/of-spark:/opt/hadoop/*\n");
        assertThat(hyena("--master", "yarn", "prepare").results()).isEqualTo("submitted\n");
        write(directory.resolve("other/spark-env.sh"), "exit 3\n");
        Map<String, String> other =
                Map.of("SPARK_CONF_DIR", directory.resolve("other").toString());
        assertThat(hyenaIn(other, "inspect", "RUN").results()).doesNotContain("/etc/of-spark");
    }

    /** Spark's scripts take it from there at the last moment. */
    @Test
    void theJavaOfAUsersSparkIsTheOneThatIsChecked() throws Exception {
        hyena("build");
        Path old = directory.resolve("old");
        program("old/bin/java", "echo no");
        write(old.resolve("release"), "JAVA_VERSION=\"11.0.1\"\n");
        Path environment = write(directory.resolve("spark/conf/spark-env.sh"), "JAVA_HOME=" + old + "\n");
        assertRefused(
                hyena("prepare"),
                "does not run on Java 11, which is in " + old + ", as " + environment + " says: set JAVA_HOME");
        write(environment, "JAVA_HOME=" + directory.resolve("java") + "\n");
        assertThat(hyenaIn(Map.of("JAVA_HOME", old.toString()), "prepare").results())
                .isEqualTo("submitted\n");
    }

    @Test
    void jarsOfOurFileJoinOurs() throws Exception {
        hyena("build");
        program("spark/bin/spark-submit", "printf '%s\\n' \"$@\"");
        write(checkout.resolve("jobs/target/lib/hyena-core-0.jar"), "");
        Path file = checkout.resolve("conf/spark-defaults.conf");
        write(file, Files.readString(file) + """
                spark.driver.extraClassPath /lzo/*
                spark.executor.extraClassPath /lzo/executor/*
                spark.jars /of/file.jar
                """);
        String lib = checkout.resolve("jobs/target/lib").toString();
        assertThat(hyena("--master", "local-cluster[1,1,1024]", "prepare", "--", "--driver-class-path", "c.jar")
                        .results()
                        .lines())
                .contains("spark.driver.extraClassPath=" + lib + "/*:c.jar:/lzo/*")
                .contains("spark.executor.extraClassPath=" + lib + "/*:/lzo/executor/*")
                .contains("/of/file.jar");
        assertThat(hyena("--master", "spark://host:7077", "prepare").results().lines())
                .anyMatch(word -> word.startsWith(lib) && word.endsWith(",/of/file.jar"))
                .noneMatch(word -> word.startsWith("spark.executor.extraClassPath"));
    }

    /** An option that spark-submit gets twice counts once. */
    @Test
    void jarsOfTheUserJoinOurs() throws Exception {
        hyena("build");
        program("spark/bin/spark-submit", "printf '%s\\n' \"$@\"");
        write(checkout.resolve("jobs/target/lib/hyena-core-0.jar"), "");
        String core = checkout.resolve("jobs/target/lib/hyena-core-0.jar").toString();
        List<String> options = List.of("--", "--jars", "a.jar,b.jar", "--driver-class-path=c.jar", "--name", "x");
        for (String master : List.of("local[2]", "spark://host:7077")) {
            List<String> words = new ArrayList<>(List.of("--master", master, "prepare"));
            words.addAll(options);
            List<String> found =
                    hyena(words.toArray(String[]::new)).results().lines().toList();
            assertThat(found).containsOnlyOnce("--jars").doesNotContain("--driver-class-path=c.jar");
            assertThat(found.get(found.indexOf("--jars") + 1))
                    .isEqualTo(master.startsWith("local") ? "a.jar,b.jar" : core + ",a.jar,b.jar");
            assertThat(found)
                    .contains("spark.driver.extraClassPath=" + checkout.resolve("jobs/target/lib") + "/*:c.jar")
                    .containsSequence("--name", "x");
        }
        assertThat(hyena("prepare").results().lines()).doesNotContain("--jars");
        assertRefused(hyena("prepare", "--", "--conf", "spark.jars=a.jar"), "give --jars FILES");
        assertRefused(
                hyena("prepare", "--", "--conf=spark.driver.extraClassPath=a.jar"), "give --driver-class-path FILES");
        String classes = "spark.executor.extraClassPath=a.jar";
        assertRefused(hyena("prepare", "--", "--conf", classes), "give --jars FILES");
        assertThat(hyena("prepare", "--master=spark://host:7077", "--", "--conf", classes)
                        .results())
                .as("where our jars are shipped")
                .contains(classes);
    }

    @Test
    void theFolderOfYarnsSettingsIsHadoopsForEveryCommand() throws Exception {
        hyena("build");
        String plain = hyenaIn(
                        Map.of("YARN_CONF_DIR", "/etc/yarn", "HADOOP_CONF_DIR", "", "SPARK_HOME", ""), "inspect", "RUN")
                .results();
        assertThat(plain).contains(":/etc/yarn\n").doesNotContain("fs.defaultFS=file:");
    }

    /** The user of this test may be root, who can write anywhere: a folder that is not there is one for nobody. */
    @Test
    void executorsOfAReadOnlySparkShareOneFolderOfTheUsers() throws Exception {
        hyena("build");
        program(
                "spark/bin/spark-submit",
                "echo \"$SPARK_HOME\"; mkdir -p \"$SPARK_HOME/work/app-1\"; ls \"$SPARK_HOME\"");
        write(directory.resolve("spark/work"), "a file, where no executor can work");
        String cache = directory.resolve("cache").toString();
        String[] words = {"--master", "local-cluster[1,1,512]", "prepare"};
        Map<String, String> environment = Map.of("XDG_CACHE_HOME", cache);
        String first = hyenaIn(environment, words).results();
        assertThat(first).startsWith(cache + "/hyena-spark/spark-").endsWith("bin\njars\nwork\n");
        assertThat(hyenaIn(environment, words).results()).isEqualTo(first);
    }

    @Test
    void aClusterOfThisMachineHasAtLeastOneOfEach() throws Exception {
        hyena("build");
        for (String master : List.of("local-cluster[0,1,512]", "local-cluster[08,1,512]", "local-cluster[1,1]")) {
            assertRefused(hyena("--master", master, "train"), "is not of the form local-cluster[");
        }
    }

    /** Without one it is a command of plain Java, as the distribution above shows. */
    @Test
    void verifyIsASparkJobOnACluster() throws Exception {
        hyena("build");
        assertThat(hyena("--master", "spark://host:7077", "verify", "DATASET").results())
                .isEqualTo("submitted\n");
        assertThat(hyena("verify", "DATASET", "--master=local-cluster[2,1,1024]")
                        .results())
                .isEqualTo("submitted\n");
    }
}
