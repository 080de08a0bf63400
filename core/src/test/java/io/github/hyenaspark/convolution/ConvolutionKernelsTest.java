package io.github.hyenaspark.convolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.kernel.KernelChoice;
import org.junit.jupiter.api.Test;

/** What needs another JVM is in {@link KernelForkIT}. */
class ConvolutionKernelsTest {
    @Test
    void thePropertyDecidesForTheUnitTests() {
        assertThat(LongConvolution.kernelName()).isEqualTo("scalar");
        assertThat(ConvolutionKernels.atStart().reason()).isEqualTo("hyena.convolution is scalar");
    }

    @Test
    void theVectorKernelIsTakenWhereItRuns() {
        KernelChoice<ConvolutionKernels.KernelSource> choice = ConvolutionKernels.of("");
        assertThat(choice.name()).as(choice.reason()).isEqualTo("vector");
        assertThat(choice.reason()).endsWith(" lanes of jdk.incubator.vector");
    }

    @Test
    void refusesOtherKernels() {
        KernelChoice<ConvolutionKernels.KernelSource> choice = ConvolutionKernels.of("fast");
        assertThatThrownBy(choice::source)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the system property hyena.convolution must be scalar or vector, found 'fast'");
    }
}
