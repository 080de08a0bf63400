package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one jar of {@code -Pfat-jar} under a plain spark-submit, whose executors have nothing of ours but that jar. */
@Tag("fat-jar")
class FatJarIT {
    private static final Path TARGET =
            Path.of(System.getProperty("basedir", "."), "target").toAbsolutePath();
    private static final Path JAR = TARGET.resolve("hyena-spark.jar");
    private static final Path WORK = Path.of(System.getenv("SPARK_HOME"), "work");
    private static final Path DEFAULTS = Path.of("..", "conf", "spark-defaults.conf");

    @TempDir
    Path directory;

    private Outcome submit(String master, List<String> words) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(HyenaProcess.jvmFlags());
        command.addAll(List.of("-Xmx1g", VectorModule.FLAG)); // as the defaults say to spark-submit
        command.addAll(List.of("-cp", TARGET.resolve("spark").resolve("jars") + "/*"));
        command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
        command.addAll(List.of("--class", Main.class.getName()));
        command.addAll(List.of("--properties-file", DEFAULTS.toString(), "--conf", "spark.ui.enabled=false"));
        command.addAll(List.of("--conf", "spark.executor.memory=512m", "--conf", "spark.cores.max=2", JAR.toString()));
        command.addAll(words);
        var builder = new ProcessBuilder(command);
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        HyenaProcess.describeSpark(builder.environment());
        try (Running running = Running.start(builder, directory)) {
            return running.await();
        }
    }

    private List<String> train(String run, String dataset) {
        List<String> words = new ArrayList<>(List.of("train"));
        words.addAll(SmallRun.SETTINGS);
        words.addAll(List.of("data.dataset=" + dataset, "run.dir=" + directory.resolve(run)));
        return words;
    }

    private static List<Path> copiesAtExecutors() throws IOException {
        if (!Files.exists(WORK)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(WORK, 3)) {
            return files.filter(file -> file.endsWith(JAR.getFileName())).toList();
        }
    }

    @Test
    void itTrainsOnExecutorsThatFetchItToTheSameBits() throws Exception {
        String dataset = SmallRun.prepare(directory);
        int before = copiesAtExecutors().size();
        String theta = submit("local-cluster[2,1,1024]", train("fat", dataset)).theta();
        assertThat(copiesAtExecutors()).hasSize(before + 2);
        List<String> words = new ArrayList<>(List.of("--master", "local[1]"));
        words.addAll(train("thin", dataset));
        Outcome thin = Script.named("hyena").run(directory, words.toArray(String[]::new));
        assertThat(theta).isEqualTo(thin.theta());

        String run = directory.resolve("fat").toString();
        String[] generate = {"generate", "run.dir=" + run, "generate.prompt=alpha", "generate.tokens=5"};
        Outcome text = submit("local[1]", Arrays.asList(generate));
        assertThat(text.code()).as(text.messages()).isZero();
        assertThat(text.results()).isNotBlank();
    }

    @Test
    void itHasNoSignaturesAndOnlyTheNativesOfClusters() throws IOException {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            List<String> names =
                    jar.stream().map(ZipEntry::getName).map(String::valueOf).toList();
            assertThat(names).noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|RSA|DSA)"));
            assertThat(names).noneMatch(name -> name.endsWith(".dylib"));
            assertThat(names).anyMatch(name -> name.endsWith("linux-x86_64/libnd4jcpu.so"));
            assertThat(names)
                    .as("what Spark brings")
                    .noneMatch(name -> name.startsWith("org/apache/spark/") || name.startsWith("org/slf4j/"));
        }
    }
}
