package io.github.hyenaspark.convolution.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.hyenaspark.convolution.ConvolutionKernels;
import io.github.hyenaspark.convolution.KernelForkIT;
import io.github.hyenaspark.convolution.LongConvolutionContract;
import io.github.hyenaspark.convolution.ScalarKernel;
import io.github.hyenaspark.kernel.KernelChoice;
import org.junit.jupiter.api.Test;

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

    @Test
    void rowsShorterThanTheLanesSquaredGoToTheScalarKernel() {
        ConvolutionKernels.KernelSource source = source();
        for (int lanes : new int[] {4, 8, 16}) {
            if (source.toString().equals(lanes + " lanes")) {
                assertThat(source.ofSize(lanes * lanes / 2)).isInstanceOf(ScalarKernel.class);
                assertThat(source.ofSize(lanes * lanes)).isNotInstanceOf(ScalarKernel.class);
                return;
            }
        }
        fail("4, 8 or 16 lanes expected, found " + source);
    }
}
