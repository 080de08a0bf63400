package io.github.hyenaspark.product;

import java.util.Arrays;
import java.util.Random;

/**
 * A program for {@link ProductForkIT}: random products, first cold and then again until the compiler has seen them. Its
 * last line of output is the kernel and a hash of all bits, or that the bits changed when the code was compiled.
 */
final class ForkedProducts {
    private static final long SEED = 20261128;
    private static final int CASES = 40;
    private static final int ROUNDS = 8;

    private ForkedProducts() {}

    public static void main(String[] arguments) {
        int cold = hash();
        int hot = cold;
        for (int round = 0; round < ROUNDS && hot == cold; round++) {
            hot = hash();
        }
        print(ProductKernels.atStart().description() + ", "
                + (hot == cold ? "hash " + Integer.toHexString(hot) : "other bits when hot"));
    }

    private static int hash() {
        Random random = new Random(SEED);
        int hash = 0;
        for (int number = 0; number < CASES; number++) {
            float[] result = ProductCase.random(random).run(Product.ofThisThread());
            hash = 31 * hash + Arrays.hashCode(result);
        }
        return hash;
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
