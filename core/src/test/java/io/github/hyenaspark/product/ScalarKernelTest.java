package io.github.hyenaspark.product;

class ScalarKernelTest extends ProductContract {
    ScalarKernelTest() {
        super(new ProductKernels.Scalar());
    }
}
