package io.github.hyenaspark.convolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ForkedKernel} in JVMs with other flags, and of another version, than the one of the tests. */
class KernelForkIT {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";
    private static final Path THIS_JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @TempDir
    Path folder;

    @Test
    void theVectorKernelRunsHot() throws Exception {
        assertThat(run(THIS_JAVA, MODULE, "-Dhyena.convolution=vector"))
                .contains("Long convolutions use the vector kernel: ")
                .contains("vector kernel, ")
                .contains(" lanes of jdk.incubator.vector, the same bits");
    }

    @Test
    void theVectorKernelRunsOn256Bits() throws Exception {
        assumeX86();
        assertThat(run(THIS_JAVA, MODULE, "-XX:UseAVX=2"))
                .contains("vector kernel, 8 lanes of jdk.incubator.vector, the same bits");
    }

    @Test
    void theVectorKernelRunsOn128Bits() throws Exception {
        assumeX86();
        assertThat(run(THIS_JAVA, MODULE, "-XX:UseAVX=1"))
                .contains("vector kernel, 4 lanes of jdk.incubator.vector, the same bits");
    }

    @Test
    void withoutTheModuleTheScalarKernelRunsAndTheLogSaysWhy() throws Exception {
        assertThat(run(THIS_JAVA))
                .contains("Long convolutions use the scalar kernel: the module jdk.incubator.vector is not there;"
                        + " add it by --add-modules jdk.incubator.vector")
                .contains("scalar kernel, ")
                .contains(", the same bits");
    }

    @Test
    void theSameClassesRunOnJava25() throws Exception {
        Optional<Path> java25 = java25();
        assumeTrue(
                java25.isPresent(), "there is no Java 25: JAVA25_HOME is not set and /usr/lib/jvm has no folder *25*");
        assertThat(run(java25.get(), MODULE, "-Dhyena.convolution=vector"))
                .contains("vector kernel, ")
                .contains(" lanes of jdk.incubator.vector, the same bits");
    }

    private String run(Path java, String... options) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Xmx512m"));
        command.addAll(List.of(options));
        command.add("-Dorg.apache.logging.log4j.level=INFO");
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(ForkedKernel.class.getName());
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

    private static void assumeX86() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "-XX:UseAVX is a flag of x86");
    }

    private static Optional<Path> java25() throws IOException {
        String home = System.getenv().getOrDefault("JAVA25_HOME", "");
        if (!home.isEmpty()) {
            return Optional.of(Path.of(home, "bin", "java"));
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(installed)) {
            return folders.filter(path -> path.getFileName().toString().contains("25"))
                    .map(path -> path.resolve("bin").resolve("java"))
                    .filter(Files::isExecutable)
                    .sorted()
                    .findFirst();
        }
    }
}
