package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.Main;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Commands in JVMs of their own, which may die without harm to the test. Each {@code with} gives another description;
 * {@link #start} starts a process, as often as one likes.
 *
 * @param master of Spark: {@code local[N]} or {@code local-cluster[EXECUTORS,CORES,MEBIBYTES]}
 * @param properties system properties of the driver, for example {@code spark.*}
 * @param flags of the driver's JVM, in this order
 */
public record HyenaProcess(String master, Map<String, String> properties, List<String> flags) {
    /** The exit code of a process that SIGKILL ended. */
    public static final int KILLED = 128 + 9;

    /**
     * A process that lives for seconds spends half of its time in the better compiler and in starting collectors. Of
     * what the other compiles, scalar kernels, which give the same bits, are faster than vectors.
     */
    private static final List<String> SHORT_LIVED = List.of(
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dhyena.convolution=scalar", "-Dhyena.product=scalar");

    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final String LOGGING = "log4j2-process.properties";
    private static final String EXECUTOR_FLAGS = "spark.executor.extraJavaOptions";

    /** A process on a master, with a heap of 1 GiB and no points. */
    public static HyenaProcess on(String master) {
        return on(master, ClassArchive.flags());
    }

    /** The same without the archive of classes. */
    static HyenaProcess withoutArchive(String master) {
        return on(master, List.of());
    }

    private static HyenaProcess on(String master, List<String> archive) {
        Map<String, String> properties = new TreeMap<>(SmallRun.SPARK);
        properties.putAll(ofExecutors(archive));
        properties.put("spark.master", master);
        properties.put("spark.executor.cores", "1");
        properties.put("log4j2.configurationFile", logging());
        return new HyenaProcess(master, properties, SHORT_LIVED)
                .withFlags(archive.toArray(String[]::new))
                .withFlags("-Xmx1g");
    }

    /** The settings of Spark by which executors start as these processes do. */
    static Map<String, String> ofExecutors() {
        return ofExecutors(ClassArchive.flags());
    }

    private static Map<String, String> ofExecutors(List<String> archive) {
        List<String> flags = new ArrayList<>(List.of(vectorFlags()));
        Stream.of(SHORT_LIVED, archive, List.of("-Dlog4j2.configurationFile=" + logging()))
                .flatMap(List::stream)
                .map(HyenaProcess::quoted)
                .forEach(flags::add);
        return Map.of(
                "spark.executor.extraClassPath", ClassArchive.CLASS_PATH, EXECUTOR_FLAGS, String.join(" ", flags));
    }

    /** The same with another property of the driver; a setting of Spark reaches the executors too. */
    public HyenaProcess with(String key, String value) {
        Map<String, String> more = new TreeMap<>(properties);
        more.put(key, value);
        return new HyenaProcess(master, more, flags);
    }

    /** The same with executors that start as users' do, with vectors and both compilers. */
    public HyenaProcess withExecutorsOfUsers() {
        return with(EXECUTOR_FLAGS, vectorFlags() + " " + quoted("-Dlog4j2.configurationFile=" + logging()));
    }

    /** The same with settings of Hadoop, for the driver and executors. */
    public HyenaProcess withHadoop(Map<String, String> settings) {
        HyenaProcess next = this;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            next = next.with("spark.hadoop." + setting.getKey(), setting.getValue());
        }
        return next;
    }

    /** The same with more flags of the driver's JVM, such as {@code -Xmx512m}; a later one wins over an earlier one. */
    public HyenaProcess withFlags(String... more) {
        List<String> all = new ArrayList<>(flags);
        all.addAll(Arrays.asList(more));
        return new HyenaProcess(master, properties, all);
    }

    /** The same with a point in the driver's process, in which a {@code local[N]} has its tasks too. */
    public HyenaProcess withDriverAt(NamedPoint point) {
        return withFlags(point.flags().toArray(String[]::new));
    }

    /** The same with a point in the processes of executors. */
    public HyenaProcess withExecutorsAt(NamedPoint point) {
        String quoted = point.flags().stream().map(HyenaProcess::quoted).collect(Collectors.joining(" "));
        return with(EXECUTOR_FLAGS, properties.get(EXECUTOR_FLAGS) + " " + quoted);
    }

    /** Runs a command, with these arguments and no others, to its end. */
    public Outcome run(Path directory, String... arguments) throws IOException, InterruptedException {
        try (Running running = start(directory, arguments)) {
            return running.await();
        }
    }

    /**
     * Starts a command with these arguments and no others.
     *
     * @param directory where its output is kept
     */
    public Running start(Path directory, String... arguments) throws IOException {
        return start(ClassArchive.CLASS_PATH, directory, Arrays.asList(arguments));
    }

    Running start(String classPath, Path directory, List<String> arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(Main.class.getName()));
        words.addAll(arguments);
        var builder = new ProcessBuilder(command(classPath, words));
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        describeSpark(builder.environment());
        return Running.start(builder, directory);
    }

    /** Tells a process in its environment which Spark to start executors with. */
    public static void describeSpark(Map<String, String> environment) {
        environment.putIfAbsent("SPARK_SCALA_VERSION", scalaBinaryVersion());
        environment.putIfAbsent(
                "SPARK_HOME", Path.of("target", "spark").toAbsolutePath().toString());
    }

    /**
     * The command line of a process.
     *
     * @param arguments a main class and its arguments
     */
    List<String> command(String classPath, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags());
        command.addAll(flags);
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-cp", classPath));
        command.addAll(arguments);
        return command;
    }

    /** Spark's opened packages and the modules, as this JVM was started with. */
    public static List<String> jvmFlags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-") || flag.startsWith("-Djdk."))
                .toList();
    }

    /** Of these flags those by which executors find the vectors. */
    static String vectorFlags() {
        return jvmFlags().stream().filter(VectorModule.FLAG::equals).collect(Collectors.joining(" "));
    }

    private static String scalaBinaryVersion() {
        return scala.util.Properties.versionNumberString().replaceFirst("\\.\\d+$", "");
    }

    private static String logging() {
        var url = Objects.requireNonNull(HyenaProcess.class.getResource("/" + LOGGING), LOGGING + " is missing");
        return url.toString();
    }

    /** As Spark splits the options of executors. */
    private static String quoted(String flag) {
        return "\"" + flag.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** A process; closing it kills it. */
    public record Running(Process process, Path results, Path messages) implements AutoCloseable {
        /** Starts a process whose output goes to two files of a directory. */
        public static Running start(ProcessBuilder builder, Path directory) throws IOException {
            Files.createDirectories(directory);
            Path results = Files.createTempFile(directory, "process", ".out");
            Path messages = Path.of(results.toString().replaceFirst("out$", "err"));
            builder.redirectOutput(results.toFile()).redirectError(messages.toFile());
            return new Running(builder.start(), results, messages);
        }

        /** Its exit code and all it has said; fails after four minutes. */
        public Outcome await() throws IOException, InterruptedException {
            return await(LIMIT);
        }

        /** The same with another limit than four minutes. */
        public Outcome await(Duration limit) throws IOException, InterruptedException {
            boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            String said = Files.readString(messages);
            assertThat(ended)
                    .as("ended within %d s; it said:\n%s", limit.toSeconds(), said)
                    .isTrue();
            return new Outcome(process.exitValue(), Files.readString(results), said);
        }

        /** Sends SIGKILL. */
        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
