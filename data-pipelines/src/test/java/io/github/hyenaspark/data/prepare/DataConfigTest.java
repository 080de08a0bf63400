package io.github.hyenaspark.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Storage;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataConfigTest {
    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void aFractionOutsideItsRangeIsRefused(double fraction) {
        assertThatThrownBy(() -> new DataConfig("in", "out", "", "bytes", 1, 1, fraction, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.validation-fraction: found " + fraction + ", expected a number in [0, 1)");
    }

    @Test
    void everyOtherSettingIsCheckedToo() {
        refused("data.tokenizer: found \"gpt\", expected \"bytes\"", "gpt", 1, 1);
        refused("data.unit-bytes: found 0, expected at least 1 byte", "bytes", 0, 1);
        refused("data.shard-bytes: found 4294967296, expected 1 to 4294967295 bytes", "bytes", 1, 1L << 32);
    }

    @Test
    void onlyPreparingNeedsInputAndDataset() {
        DataConfig noInput = new DataConfig("", "out", "", "bytes", 1, 1, 0, List.of());
        DataConfig noDataset = new DataConfig("in", " ", "", "bytes", 1, 1, 0, List.of());

        assertThatThrownBy(() -> InputPlan.of(Storage.local(), noInput))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.input: found \"\", expected a directory, a file or a glob");
        assertThatThrownBy(() -> InputPlan.of(Storage.local(), noDataset))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.dataset: found \" \", expected a directory");
    }

    @Test
    void theDefaultsOfTheSettingsBind() {
        DataConfig defaults = Settings.load(List.of()).bind("data", DataConfig.class);

        assertThat(defaults.shardBytes()).isEqualTo(128L << 20);
        assertThat(defaults.unitBytes()).isEqualTo(64L << 20);
        assertThat(defaults.validationDocuments()).isEmpty();
    }

    @Test
    void theFingerprintIsOfWhatDecidesTheShards() {
        DataConfig config = new DataConfig("in", "out", "", "bytes", 10, 20, 0.5, List.of());

        assertThat(new DataConfig("elsewhere", "other", "7", "bytes", 10, 20, 0.5, List.of()).fingerprint())
                .isEqualTo(config.fingerprint());
        assertThat(Set.of(
                        config.fingerprint(),
                        new DataConfig("in", "out", "", "bytes", 11, 20, 0.5, List.of()).fingerprint(),
                        new DataConfig("in", "out", "", "bytes", 10, 21, 0.5, List.of()).fingerprint(),
                        new DataConfig("in", "out", "", "bytes", 10, 20, 0.6, List.of()).fingerprint(),
                        new DataConfig("in", "out", "", "bytes", 10, 20, 0.5, List.of("a")).fingerprint()))
                .hasSize(5);
    }

    private static void refused(String message, String tokenizer, long unitBytes, long shardBytes) {
        assertThatThrownBy(() -> new DataConfig("in", "out", "", tokenizer, unitBytes, shardBytes, 0.1, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
