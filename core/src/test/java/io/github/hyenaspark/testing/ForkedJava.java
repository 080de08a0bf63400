package io.github.hyenaspark.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the tests in a JVM of its own, with other flags or of another version. */
public final class ForkedJava {
    public static final String VECTORS = "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED";
    public static final Path THIS_JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private ForkedJava() {}

    /**
     * What a program prints, which must end well.
     *
     * @param folder for a file with its output
     */
    public static String run(Path folder, Class<?> program, Path java, String... options)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Xmx512m"));
        command.addAll(List.of(options));
        command.add("-Dorg.apache.logging.log4j.level=INFO");
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(program.getName());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        process.destroyForcibly();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as("ended within 5 minutes: %s", text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    public static void assumeX86() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "-XX:UseAVX is a flag of x86");
    }
}
