package io.github.hyenaspark.product;

import static io.github.hyenaspark.testing.ForkedJava.THIS_JAVA;
import static io.github.hyenaspark.testing.ForkedJava.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.testing.ForkedJava;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ForkedProducts} in JVMs with other vectors, and without: the bits are the same. */
@Tag("process")
class ProductForkIT {
    @TempDir
    Path folder;

    @Test
    void allVectorsAndTheScalarKernelGiveTheSameBits() throws Exception {
        ForkedJava.assumeX86();
        String scalar = hash(VECTORS, "-Dhyena.product=scalar");
        assertThat(hash(VECTORS, "-Dhyena.product=vector")).isEqualTo(scalar);
        assertThat(hash(VECTORS, "-Dhyena.product=vector", "-XX:UseAVX=2")).isEqualTo(scalar);
        assertThat(hash(VECTORS, "-Dhyena.product=vector", "-XX:MaxVectorSize=16"))
                .isEqualTo(scalar);
    }

    @Test
    void withoutTheModuleTheScalarKernelRunsAndTheLogSaysWhy() throws Exception {
        assertThat(run())
                .contains(
                        "Every product and convolution uses its scalar kernel, which is slower: the module jdk.incubator.vector is not available;"
                                + " start Java with " + VECTORS)
                .contains("scalar, hash ");
    }

    private String hash(String... options) throws Exception {
        String output = run(options);
        assertThat(output).contains(", hash ");
        return output.substring(output.lastIndexOf(", hash "));
    }

    private String run(String... options) throws Exception {
        return ForkedJava.run(folder, ForkedProducts.class, THIS_JAVA, options);
    }
}
