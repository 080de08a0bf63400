package io.github.hyenaspark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumericsTest {
    private static Provenance.Numerics of(String backend) {
        return new Provenance.Numerics("17 amd64", backend, "OPENBLAS", "1");
    }

    @Test
    void aRunOfVersionWithoutABackendsVersionGoesOn() {
        Provenance.Numerics now = of("CPU 1.0.0-M2.1, scalar");
        assertThat(now.continues(now)).isTrue();
        assertThat(now.continues(of("CPU null, scalar"))).isTrue();
        assertThat(now.continues(of("CPU null, vector of 8 lanes"))).isFalse();
        assertThat(now.continues(of("CPU 1.0.0-M2, scalar"))).isFalse();
        assertThat(now.continues(new Provenance.Numerics("21 amd64", "CPU null, scalar", "OPENBLAS", "1")))
                .isFalse();
    }
}
