package io.github.hyenaspark.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KernelChoiceTest {
    private static final String PROPERTY = "hyena.test-kernel";

    /** A kernel that needs no vector module but is chosen as one that does. */
    public static final class Fast implements Runnable {
        @Override
        public void run() {}

        @Override
        public String toString() {
            return "fast";
        }
    }

    private static String chosen() {
        return new KernelChoice.Kind<Runnable>(
                        "Tests", PROPERTY, Runnable.class, () -> {}, Fast.class.getName(), Runnable::run)
                .atStart()
                .name();
    }

    @AfterEach
    void forget() {
        System.clearProperty(PROPERTY);
        KernelChoice.expect(Double.POSITIVE_INFINITY);
    }

    @Test
    void littleWorkEndsBeforeVectorCodeIsCompiled() {
        assertThat(chosen()).isEqualTo("vector");
        KernelChoice.expect(1e9);
        assertThat(chosen()).isEqualTo("scalar");
        KernelChoice.expect(1e12);
        assertThat(chosen()).isEqualTo("vector");
    }

    @Test
    void thePropertyDecidesWhateverIsExpected() {
        KernelChoice.expect(1e9);
        System.setProperty(PROPERTY, "vector");
        assertThat(chosen()).isEqualTo("vector");
        KernelChoice.expect(1e12);
        System.setProperty(PROPERTY, "scalar");
        assertThat(chosen()).isEqualTo("scalar");
    }
}
