package io.github.hyenaspark.train.codec;

import static io.github.hyenaspark.testing.ForkedJava.THIS_JAVA;
import static io.github.hyenaspark.testing.ForkedJava.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.testing.ForkedJava;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ForkedCodecLoops} in JVMs with other flags than the one of the tests. */
class CodecLoopsForkIT {
    @TempDir
    Path folder;

    @Test
    void vectorsOf256BitsAreUsed() throws Exception {
        ForkedJava.assumeX86();
        assertThat(run(VECTORS, "-XX:UseAVX=2")).contains("loops of VectorCodecLoops, the same bits");
    }

    @Test
    @Tag("process")
    void vectorsOf128BitsAreTooShort() throws Exception {
        ForkedJava.assumeX86();
        assertThat(run(VECTORS, "-XX:UseAVX=1")).contains("loops of CodecLoops, the same bits");
    }

    @Test
    @Tag("process")
    void withoutTheModuleOneValueAtATimeIsCoded() throws Exception {
        assertThat(run()).contains("loops of CodecLoops, the same bits");
    }

    private String run(String... options) throws Exception {
        return ForkedJava.run(folder, ForkedCodecLoops.class, THIS_JAVA, options);
    }
}
