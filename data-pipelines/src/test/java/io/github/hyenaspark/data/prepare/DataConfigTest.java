package io.github.hyenaspark.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataConfigTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "validation-fraction=-0.1 | found -0.1, expected a number in [0, 1)",
                "validation-fraction=1 | found 1.0, expected a number in [0, 1)",
                "unit-bytes=0 | found 0, expected at least 1 byte",
                "shard-bytes=4294967296 | found 4294967296, expected 1 to 4294967295 bytes",
                "split-by=author | found \"author\", expected one of data.source.columns []",
                "max-bad-fraction=1.5 | found 1.5, expected a number in [0, 1]",
                "interval-start=yesterday | found \"yesterday\", expected a date or a time with its offset",
            })
    void aValueOutsideItsRangeIsRefused(String setting, String message) {
        assertThatThrownBy(() -> config("data." + setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("data." + setting.replaceFirst("=.*", "") + ": " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "Bytes", "TOKENS", "split", "position", "document", "signature"})
    void aColumnThatTheDocumentTableHasIsRefusedBeforeAnythingStarts(String column) {
        assertThatThrownBy(() -> DatasetSpec.of(Storage.local(), config("data.source.columns=[" + column + "]")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "data.source.columns: the document table cannot have a further column \"" + column + "\"");
    }

    @Test
    void anUnknownTokenizerIsRefused() {
        assertThatThrownBy(() -> Tokenizer.of("gpt"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("data.tokenizer: found \"gpt\", expected \"bytes\", \"dna\", \"gpt2\"");
    }

    @Test
    void onlyPreparingNeedsInputAndDataset() {
        assertThatThrownBy(() -> plan("data.dataset=out"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.input: found \"\", expected a directory, a file or a glob");
        assertThatThrownBy(() -> plan("data.input=in"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.dataset: found \"\", expected a directory");
    }

    @Test
    void anIntervalEndsAfterItBegins() {
        assertThatThrownBy(() -> config("data.interval-start=2026-01-02", "data.interval-end=2026-01-02T00:00:00Z"))
                .hasMessageContaining("data.interval-end: found 2026-01-02T00:00:00Z, expected a time after");
    }

    @Test
    void maskedBasesNeedATokenizerThatKnowsThem() {
        assertThatThrownBy(() -> config("data.source.fasta.n-runs=mask"))
                .hasMessageContaining(
                        "data.tokenizer: found bytes, expected dna, because data.source.fasta masks bases");
        assertThat(config("data.source.fasta.n-runs=mask", "data.tokenizer=dna").tokenizer())
                .isEqualTo("dna");
    }

    @Test
    void theDefaultsOfTheSettingsBind() {
        DataConfig defaults = config();

        assertThat(defaults.shardBytes()).isEqualTo(128L << 20);
        assertThat(defaults.unitBytes()).isEqualTo(64L << 20);
        assertThat(defaults.validationDocuments()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "input=elsewhere",
                "dataset=other",
                "snapshot=7",
                "packing=best-fit",
                "max-bad-fraction=1",
                "on-changed=replace",
                "prune=true",
                "interval-end=2026-01-02"
            })
    void theFingerprintIsNotOfPlacesAndOccasions(String setting) throws IOException {
        assertThat(fingerprint("data." + setting)).isEqualTo(fingerprint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unit-bytes=11",
                "shard-bytes=21",
                "validation-fraction=0.6",
                "validation-documents=[a]",
                "tokenizer=dna",
                "source.documents=line",
                "source.text-field=body",
                "source.columns=[a]",
                "source.fasta.n-runs=split",
                "clean.normalisation=nfc",
                "clean.min-bytes=3",
                "clean.duplicates=near"
            })
    void theFingerprintIsOfWhatDecidesTheShards(String setting) throws IOException {
        assertThat(fingerprint("data." + setting)).isNotEqualTo(fingerprint());
    }

    private static String fingerprint(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of("data.input=in", "data.dataset=out"));
        all.addAll(List.of(settings));
        return DatasetSpec.of(Storage.local(), config(all.toArray(String[]::new)))
                .fingerprint();
    }

    private static InputPlan plan(String... settings) throws IOException {
        return InputPlan.of(Storage.local(), DatasetSpec.of(Storage.local(), config(settings)));
    }

    private static DataConfig config(String... settings) {
        return Settings.load(List.of(settings)).bind("data", DataConfig.class);
    }
}
