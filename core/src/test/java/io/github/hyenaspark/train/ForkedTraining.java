package io.github.hyenaspark.train;

import io.github.hyenaspark.convolution.LongConvolution;

/**
 * A program for {@link NumericContractForkIT}: prints its kernel, then the settings of every training and a hash of θ.
 */
final class ForkedTraining {
    private ForkedTraining() {}

    public static void main(String[] arguments) {
        System.out.println("kernel " + LongConvolution.kernelName());
        RehearsedTraining.all()
                .forEach(settings ->
                        System.out.println("theta " + RehearsedTraining.theta(settings, 1) + " " + settings));
    }
}
