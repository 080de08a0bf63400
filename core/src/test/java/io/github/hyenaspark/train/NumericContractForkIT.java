package io.github.hyenaspark.train;

import static io.github.hyenaspark.testing.ForkedJava.THIS_JAVA;
import static io.github.hyenaspark.testing.ForkedJava.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.testing.ForkedJava;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** θ depends neither on kernels nor on vectors, which a JVM chooses when it starts. */
class NumericContractForkIT {
    @TempDir
    Path folder;

    @Test
    void vectorsOfAnyLengthAndNoneEndWithTheSameTheta() throws Exception {
        List<String> usual = run("vector", VECTORS);
        assertThat(usual).isEqualTo(NumericContractIT.pinned());
        assertThat(run("scalar", VECTORS, "-Dhyena.convolution=scalar", "-Dhyena.product=scalar"))
                .isEqualTo(usual);
        ForkedJava.assumeX86();
        assertThat(run("vector of 8 lanes", VECTORS, "-XX:UseAVX=2")).isEqualTo(usual);
        assertThat(run("vector of 4 lanes", VECTORS, "-XX:MaxVectorSize=16")).isEqualTo(usual);
    }

    private List<String> run(String kernel, String... options) throws IOException, InterruptedException {
        String output = ForkedJava.run(folder, ForkedTraining.class, THIS_JAVA, options);
        assertThat(output).contains("kernel " + kernel);
        List<String> hashes =
                output.lines().filter(line -> line.startsWith("theta ")).toList();
        assertThat(hashes).hasSize(RehearsedTraining.all().size());
        return hashes;
    }
}
