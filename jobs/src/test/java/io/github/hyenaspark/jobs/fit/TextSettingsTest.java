package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TextSettingsTest {
    private static final List<String> CHANGED = List.of(
            "data.clean.normalisation=nfkc",
            "data.clean.steps=[\"one\",\"two\"]",
            "data.source.fasta.lower-case=mask",
            "data.source.fasta.n-run-bases=7",
            "data.source.fasta.n-runs=split");

    @Test
    void allThatChangesATextIsKept() throws IOException {
        List<String> all = Stream.concat(CHANGED.stream(), Stream.of("data.clean.min-bytes=3"))
                .toList();
        TextSettings texts = TextSettings.of(Settings.load(all));
        assertThat(texts.arguments()).isEqualTo(CHANGED);
        assertThat(texts.defaults()).as("which masks bases").contains("data.tokenizer=dna");
        assertThat(TextSettings.of(Settings.load(texts.defaults()))).isEqualTo(texts);
        assertThat(texts.clean().normalisation()).hasToString("NFKC");
        assertThat(TextSettings.UNKNOWN.defaults()).isEmpty();
        assertThat(TextSettings.UNKNOWN.clean().normalisation()).hasToString("NONE");
    }

    @Test
    void whatContradictsAModelIsRefused() throws IOException {
        TextSettings texts = TextSettings.of(Settings.load(CHANGED));
        texts.check(Settings.load(CHANGED));
        List<String> other = Stream.concat(CHANGED.stream(), Stream.of("data.clean.normalisation=none"))
                .toList();
        assertThatThrownBy(() -> texts.check(Settings.load(other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.clean.normalisation: found none, expected nfkc, with which the model was fitted;"
                        + " leave it out");
        TextSettings.UNKNOWN.check(Settings.load(CHANGED));
    }
}
