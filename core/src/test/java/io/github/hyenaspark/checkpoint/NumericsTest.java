package io.github.hyenaspark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.io.CorruptFileException;
import org.junit.jupiter.api.Test;

class NumericsTest {
    private static Provenance.Numerics of(int contract, long since) {
        return new Provenance.Numerics("17 amd64", "CPU 1.0.0-M2.1", "OPENBLAS", "1", contract, since);
    }

    @Test
    void aRunRemembersSinceWhenItsContractHolds() {
        Provenance.Numerics now = of(2, 1);
        assertThat(now.after(7, of(2, 3))).isEqualTo(of(2, 3));
        assertThat(now.after(7, of(1, 3))).isEqualTo(of(2, 8));
        assertThat(now.after(7, new Provenance.Numerics("11", "CPU null", "MKL", "8")))
                .isEqualTo(of(2, 8));
    }

    @Test
    void manifestsFromBeforeTheContractKeepTheirForm() throws CorruptFileException {
        var before = new Provenance.Numerics("11", "CPU null", "MKL", "8");
        assertThat(before.toJson().has("contract")).isFalse();
        assertThat(Provenance.Numerics.fromJson("m", before.toJson())).isEqualTo(before);
        assertThat(Provenance.Numerics.fromJson("m", of(2, 8).toJson())).isEqualTo(of(2, 8));
    }
}
