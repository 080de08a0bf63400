package io.github.hyenaspark.convolution.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.convolution.ConvolutionKernels;
import io.github.hyenaspark.convolution.KernelForkIT;
import io.github.hyenaspark.convolution.LongConvolutionContract;
import io.github.hyenaspark.kernel.KernelChoice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Few calls: the compiler has not seen the kernel yet, so each is slow. {@link KernelForkIT} runs it hot. */
class VectorKernelTest extends LongConvolutionContract {
    VectorKernelTest() {
        super(source());
    }

    private static ConvolutionKernels.KernelSource source() {
        KernelChoice<ConvolutionKernels.KernelSource> choice = ConvolutionKernels.of("vector");
        assertThat(choice.name()).as(choice.reason()).isEqualTo("vector");
        return choice.source();
    }

    /** All passes, strips of long rows included, and every number of levels. */
    @ParameterizedTest
    @ValueSource(ints = {1, 40, 64, 128, 250, 512, 1024, 2048, 4096, 5000, 8192, 16384, 32768, 65536})
    void itHasTheBitsOfTheScalarKernel(int length) {
        assertThat(results(length, source()))
                .isDeepEqualTo(results(length, ConvolutionKernels.of("scalar").source()));
    }
}
