package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.testing.ForkedJava.THIS_JAVA;
import static io.github.hyenaspark.testing.ForkedJava.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hyenaspark.testing.ForkedJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ForkedKernel} in JVMs with other flags, and of another version, than the one of the tests. */
public class KernelForkIT {
    @TempDir
    Path folder;

    @Test
    void theVectorKernelRunsHot() throws Exception {
        assertThat(run(THIS_JAVA, VECTORS, "-Dhyena.convolution=vector"))
                .contains("Long convolutions use the vector kernel: ")
                .contains("vector kernel, ")
                .contains(" lanes of jdk.incubator.vector, the same bits")
                .doesNotContain("WARNING");
    }

    @Test
    @Tag("process")
    void theModuleMayAlsoBeAddedByName() throws Exception {
        assertThat(run(THIS_JAVA, "--add-modules=jdk.incubator.vector", "-Dhyena.convolution=vector"))
                .contains("vector kernel, ")
                .contains(" lanes of jdk.incubator.vector, the same bits");
    }

    @Test
    @Tag("process")
    void theVectorKernelRunsOn256Bits() throws Exception {
        ForkedJava.assumeX86();
        assertThat(run(THIS_JAVA, VECTORS, "-XX:UseAVX=2"))
                .contains("vector kernel, 8 lanes of jdk.incubator.vector, the same bits");
    }

    @Test
    @Tag("process")
    void theVectorKernelRunsOn128Bits() throws Exception {
        ForkedJava.assumeX86();
        assertThat(run(THIS_JAVA, VECTORS, "-XX:UseAVX=1"))
                .contains("vector kernel, 4 lanes of jdk.incubator.vector, the same bits");
    }

    @Test
    void withoutTheModuleTheScalarKernelRunsAndTheLogSaysWhy() throws Exception {
        assertThat(run(THIS_JAVA))
                .contains(
                        "Every product and convolution uses its scalar kernel, which is slower: the module jdk.incubator.vector is not available;"
                                + " start Java with " + VECTORS)
                .contains("scalar kernel, ")
                .contains(", the same bits");
    }

    @Test
    @Tag("process")
    void everyKernelHasTheSameBits() throws Exception {
        String scalar = hash(run(THIS_JAVA));
        assertThat(hash(run(THIS_JAVA, VECTORS))).isEqualTo(scalar);
        ForkedJava.assumeX86();
        assertThat(hash(run(THIS_JAVA, VECTORS, "-XX:UseAVX=2"))).isEqualTo(scalar);
        assertThat(hash(run(THIS_JAVA, VECTORS, "-XX:MaxVectorSize=16"))).isEqualTo(scalar);
    }

    private static String hash(String output) {
        assertThat(output).contains(", hash ");
        return output.substring(output.indexOf(", hash "));
    }

    @Test
    @Tag("process")
    void theSameClassesRunOnJava25() throws Exception {
        Optional<Path> java25 = java25();
        assumeTrue(
                java25.isPresent(), "there is no Java 25: JAVA25_HOME is not set and /usr/lib/jvm has no folder *25*");
        assertThat(run(java25.get(), VECTORS, "-Dhyena.convolution=vector"))
                .contains("vector kernel, ")
                .contains(" lanes of jdk.incubator.vector, the same bits");
    }

    private String run(Path java, String... options) throws IOException, InterruptedException {
        return ForkedJava.run(folder, ForkedKernel.class, java, options);
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
