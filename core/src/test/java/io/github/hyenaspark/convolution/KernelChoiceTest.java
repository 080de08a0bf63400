package io.github.hyenaspark.convolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What needs another JVM is in {@link KernelForkIT}. */
class KernelChoiceTest {
    @Test
    void thePropertyDecidesForTheUnitTests() {
        assertThat(LongConvolution.kernelName()).isEqualTo("scalar");
        assertThat(KernelChoice.atStart().reason()).isEqualTo("hyena.convolution is scalar");
    }

    @Test
    void theVectorKernelIsTakenWhereItRuns() {
        KernelChoice choice = KernelChoice.of("");
        assertThat(choice.name()).as(choice.reason()).isEqualTo("vector");
        assertThat(choice.reason()).endsWith(" lanes of jdk.incubator.vector");
    }

    @Test
    void refusesOtherKernels() {
        KernelChoice.KernelSource source = KernelChoice.of("fast").source();
        assertThatThrownBy(() -> LongConvolution.ofLength(8, source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the system property hyena.convolution must be scalar or vector, found 'fast'");
    }
}
