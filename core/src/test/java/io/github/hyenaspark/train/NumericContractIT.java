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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** θ depends on nothing but the settings: not on vectors, kernels or threads. */
public class NumericContractIT {
    @TempDir
    Path folder;

    static List<String> trainings() {
        return RehearsedTraining.all();
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void anyThreadsEndWithTheSameTheta(String settings) {
        String alone = RehearsedTraining.theta(settings, 1);
        assertThat(RehearsedTraining.theta(settings, 2)).isEqualTo(alone);
        assertThat(RehearsedTraining.theta(settings, 3)).isEqualTo(alone);
    }

    @Test
    void vectorsOfAnyLengthAndNoneEndWithTheSameTheta() throws Exception {
        List<String> usual = run("vector", VECTORS);
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
