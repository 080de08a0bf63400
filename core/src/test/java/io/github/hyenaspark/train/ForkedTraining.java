package io.github.hyenaspark.train;

import io.github.hyenaspark.convolution.LongConvolution;

/**
 * A program for {@link NumericContractForkIT}: prints its kernel, then the settings of every training and a hash of θ.
 */
final class ForkedTraining {
    private static final int THREADS = 2; // one and three are those of NumericContractIT

    private ForkedTraining() {}

    public static void main(String[] arguments) {
        System.out.println("kernel " + LongConvolution.kernelName());
        RehearsedTraining.all()
                .forEach(settings ->
                        System.out.println("theta " + RehearsedTraining.theta(settings, THREADS) + " " + settings));
    }
}
