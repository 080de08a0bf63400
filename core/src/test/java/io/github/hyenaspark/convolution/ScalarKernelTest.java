package io.github.hyenaspark.convolution;

class ScalarKernelTest extends LongConvolutionContract {
    ScalarKernelTest() {
        super(ScalarKernel::ofSize);
    }
}
