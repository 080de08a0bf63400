package io.github.hyenaspark.train;

import static io.github.hyenaspark.testing.ForkedJava.THIS_JAVA;
import static io.github.hyenaspark.testing.ForkedJava.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.testing.ForkedJava;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** θ depends neither on kernels nor on vectors, which a JVM chooses when it starts. */
@Tag("process")
class NumericContractForkIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "scalar, -Dhyena.convolution=scalar -Dhyena.product=scalar",
        "vector of 8 lanes, -XX:UseAVX=2",
        "vector of 4 lanes, -XX:MaxVectorSize=16"
    })
    void anyKernelEndsWithTheSameTheta(String kernel, String flags) throws Exception {
        if (flags.startsWith("-XX")) {
            ForkedJava.assumeX86();
        }
        List<String> options = Stream.concat(Stream.of(VECTORS), Stream.of(flags.split(" ", -1)))
                .toList();
        String output = ForkedJava.run(folder, ForkedTraining.class, THIS_JAVA, options.toArray(String[]::new));
        assertThat(output).contains("kernel " + kernel);
        assertThat(output.lines().filter(line -> line.startsWith("theta ")))
                .containsExactlyElementsOf(NumericContractIT.pinned());
    }
}
