package io.github.hyenaspark.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.hyenaspark.testing.ForkedJava;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FusedMultiplyAddTest {
    @TempDir
    Path folder;

    @Test
    void isFoundHere() {
        assertThatCode(ProductKernels.FusedMultiplyAdd::require).doesNotThrowAnyException();
    }

    @Test
    void aJavaWithoutItIsRefusedInASentence() throws Exception {
        ForkedJava.assumeX86();
        assertThat(ForkedJava.run(folder, ForkedProduct.class, ForkedJava.THIS_JAVA, "-XX:-UseFMA"))
                .matches(
                        "(?s)refused: Math\\.fma takes \\d+ ns here, expected a few: this CPU has no fused multiply-add,"
                                + " or Java runs with -XX:-UseFMA; use x86 processors from Haswell or Zen on, or 64-bit ARM,"
                                + " and no such flag\\s*");
    }

    /** A program that asks for a product. */
    static final class ForkedProduct {
        public static void main(String[] arguments) {
            try {
                Product.ofThisThread();
                print("made");
            } catch (IllegalStateException e) {
                print("refused: " + e.getMessage());
            }
        }

        private static void print(String line) {
            System.out.println(line);
        }
    }
}
