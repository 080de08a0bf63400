package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.Scoring;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** An application with a session of its own, which scores a file of JSON lines and prints a line for each document. */
public final class OtherApplication {
    private OtherApplication() {}

    /** A session of this JVM as an application has it, with nothing of ours set. */
    public static SparkSession session(String master) {
        return session(master, Map.of());
    }

    /** The same with more settings. */
    public static SparkSession session(String master, Map<String, String> more) {
        SparkSession.Builder builder = SparkSession.builder().master(master).appName("an application");
        SmallRun.SPARK.forEach(builder::config);
        more.forEach(builder::config);
        return builder.getOrCreate();
    }

    /**
     * Runs an application as {@code spark-submit} does, in a JVM of its own that has our jars and nothing else of ours.
     */
    public static Outcome run(Path directory, Class<?> application, String... arguments)
            throws IOException, InterruptedException {
        return run("local[2]", directory, application, arguments);
    }

    /** The same on another master. */
    public static Outcome run(String master, Path directory, Class<?> application, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        HyenaProcess.jvmFlags().stream()
                .filter(flag -> !flag.equals(VectorModule.FLAG))
                .forEach(command::add);
        command.add("-Xmx1g");
        SmallRun.SPARK.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-Dspark.master=" + master);
        command.add("-Dspark.serializer=org.apache.spark.serializer.JavaSerializer");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), application.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        HyenaProcess.describeSpark(builder.environment());
        try (Running running = Running.start(builder, directory)) {
            return running.await();
        }
    }

    /** Scores with the run that the first argument names; the second one names the documents. */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession session =
                SparkSession.builder().appName("an application").getOrCreate()) {
            Dataset<Row> documents = session.read().json(arguments[1]);
            for (Row row : Scoring.open(session, arguments[0])
                    .score(documents, "name", "text")
                    .collectAsList()) {
                double nats = row.getAs("nats");
                System.out.println(
                        Json.line(Json.object().put("name", row.getString(0)).put("nats", nats)));
            }
        }
    }
}
