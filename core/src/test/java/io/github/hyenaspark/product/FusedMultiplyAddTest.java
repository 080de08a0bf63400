package io.github.hyenaspark.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.testing.ForkedJava;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FusedMultiplyAddTest {
    @TempDir
    Path folder;

    @Test
    void isFoundHereWhateverIsCompiled() {
        for (int call = 0; call < 20_000; call++) {
            ProductKernels.FusedMultiplyAdd.require();
        }
    }

    /** At the first call, and when compiled code could keep objects out of the heap. */
    @Test
    void aJavaWithoutItIsRefusedInASentence() throws Exception {
        ForkedJava.assumeX86();
        assertThat(ForkedJava.run(folder, ForkedProduct.class, ForkedJava.THIS_JAVA, "-XX:-UseFMA"))
                .matches("(?s)refused: Math\\.fma allocates \\d+ bytes here, expected none: this CPU has no fused"
                        + " multiply-add, or Java runs with -XX:-UseFMA; use x86 processors from Haswell or Zen on, or"
                        + " 64-bit ARM, and no such flag\\s+refused 1000 times\\s*");
    }

    /** A program that asks for a product, again and again. */
    static final class ForkedProduct {
        public static void main(String[] arguments) {
            int refused = 0;
            for (int turn = 0; turn < 1000; turn++) {
                try {
                    Product.ofThisThread();
                } catch (IllegalStateException e) {
                    if (refused == 0) {
                        print("refused: " + e.getMessage());
                    }
                    refused++;
                }
            }
            print("refused " + refused + " times");
        }

        private static void print(String line) {
            System.out.println(line);
        }
    }
}
