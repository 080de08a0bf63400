package io.github.hyenaspark.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * θ depends on nothing but the settings: not on threads, nor on the day of the build; see
 * {@link NumericContractForkIT}.
 */
public class NumericContractIT {
    static List<String> trainings() {
        return RehearsedTraining.all();
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void anyThreadsEndWithTheSameTheta(String settings) throws IOException {
        assertThat(LongConvolution.kernelName()).startsWith("vector");
        for (int threads : new int[] {1, 3}) {
            String theta = RehearsedTraining.theta(settings, threads);
            assertThat(pinned()).as("%d threads", threads).contains("theta " + theta + " " + settings);
        }
    }

    /** What every machine ends with under this version of the contract; other bits need another version. */
    static List<String> pinned() throws IOException {
        String file = "/numerics/contract-" + HyenaLanguageModel.NUMERIC_CONTRACT + ".txt";
        try (InputStream in = NumericContractIT.class.getResourceAsStream(file)) {
            assertThat(in)
                    .as("%s, the lines that ForkedTraining prints and that begin with theta", file)
                    .isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
