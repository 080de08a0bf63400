package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A driver in a JVM of its own with two executors of one core, the same for both sides of the comparison.
 *
 * @param driverMebibytes heap of the driver
 * @param executorMebibytes heap of each executor
 */
record BaselineProcess(int driverMebibytes, int executorMebibytes) {
    private static final long TIMEOUT_MINUTES = 12;

    /** Those of conf/spark-defaults.conf; but the scalar convolution, which needs no rounds to warm up. */
    private static final List<String> FLAGS = List.of(
            "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
            "-Dhyena.convolution=scalar",
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0");

    /** Runs a class in the driver and gives the last line that it prints. */
    JsonNode run(Path directory, Class<?> main, String... arguments) throws IOException, InterruptedException {
        Path results = Files.createTempFile(directory, "process", ".out");
        Path messages = Files.createTempFile(directory, "process", ".err");
        var builder = new ProcessBuilder(command(main, arguments))
                .redirectOutput(results.toFile())
                .redirectError(messages.toFile());
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES);
            String said = Files.readString(messages);
            assertThat(ended).as("ended in time; it said:\n%s", said).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(results);
        return Json.parse("the result", lines.get(lines.size() - 1).getBytes(StandardCharsets.UTF_8));
    }

    private List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(HyenaProcess.jvmFlags());
        command.addAll(FLAGS);
        command.add("-Xmx" + driverMebibytes + "m");
        spark().forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Map<String, String> spark() {
        Map<String, String> spark = new TreeMap<>(SmallRun.SPARK);
        spark.put("spark.master", "local-cluster[2,1," + executorMebibytes + "]");
        spark.put("spark.executor.memory", executorMebibytes + "m");
        spark.put("spark.executor.cores", "1");
        spark.put("spark.executor.extraJavaOptions", String.join(" ", FLAGS));
        spark.put("spark.executorEnv.OMP_NUM_THREADS", "1");
        spark.put("spark.locality.wait", "0s");
        spark.put("spark.driver.maxResultSize", "0");
        // Parameters do not get smaller by compression, for one side as for the other.
        spark.put("spark.broadcast.compress", "false");
        spark.put("spark.broadcast.blockSize", "16m");
        return spark;
    }
}
