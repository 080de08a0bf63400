package io.github.hyenaspark.train;

import static io.github.hyenaspark.testing.ForkedJava.THIS_JAVA;
import static io.github.hyenaspark.testing.ForkedJava.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.testing.ForkedJava;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** θ depends on nothing but the settings: not on vectors, kernels or threads, nor on the day of the build. */
public class NumericContractIT {
    @TempDir
    Path folder;

    static List<String> trainings() {
        return RehearsedTraining.all();
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void anyThreadsEndWithTheSameTheta(String settings) throws IOException {
        String alone = RehearsedTraining.theta(settings, 1);
        assertThat(pinned()).contains("theta " + alone + " " + settings);
        assertThat(RehearsedTraining.theta(settings, 2)).isEqualTo(alone);
        assertThat(RehearsedTraining.theta(settings, 3)).isEqualTo(alone);
    }

    @Test
    void vectorsOfAnyLengthAndNoneEndWithTheSameTheta() throws Exception {
        List<String> usual = run("vector", VECTORS);
        assertThat(usual).isEqualTo(pinned());
        assertThat(run("scalar", VECTORS, "-Dhyena.convolution=scalar", "-Dhyena.product=scalar"))
                .isEqualTo(usual);
        ForkedJava.assumeX86();
        assertThat(run("vector of 8 lanes", VECTORS, "-XX:UseAVX=2")).isEqualTo(usual);
        assertThat(run("vector of 4 lanes", VECTORS, "-XX:MaxVectorSize=16")).isEqualTo(usual);
    }

    /** What every machine ends with under this version of the contract; other bits need another version. */
    private static List<String> pinned() throws IOException {
        String file = "/numerics/contract-" + HyenaLanguageModel.NUMERIC_CONTRACT + ".txt";
        try (InputStream in = NumericContractIT.class.getResourceAsStream(file)) {
            assertThat(in)
                    .as("%s, the lines that ForkedTraining prints and that begin with theta", file)
                    .isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
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
