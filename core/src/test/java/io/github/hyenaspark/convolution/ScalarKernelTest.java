package io.github.hyenaspark.convolution;

class ScalarKernelTest extends LongConvolutionContract {
    ScalarKernelTest() {
        super(ConvolutionKernels.of("scalar").source());
    }
}
