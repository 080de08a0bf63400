package io.github.hyenaspark.convolution;

class ScalarKernelTest extends LongConvolutionContract {
    ScalarKernelTest() {
        super(KernelChoice.of("scalar").source());
    }
}
