package io.github.hyenaspark.jobs.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumeCompatibilityTest {
    private static String identity(String... arguments) {
        return Settings.load(List.of(arguments)).renderSections(ResumeCompatibility.SECTIONS);
    }

    @Test
    void equalSettingsMayResume() throws CorruptFileException {
        assertThat(ResumeCompatibility.differences(identity("train.lr=2e-3"), identity("train.lr=0.002")))
                .isEmpty();
    }

    @Test
    void placesAndHowARunGoesMayChange() throws CorruptFileException {
        String moved = identity("data.dataset=b", "data.input=c", "run.dir=d", "checkpoint.keep=9");
        assertThat(ResumeCompatibility.differences(identity("data.dataset=a"), moved))
                .isEmpty();
    }

    @Test
    void everyDifferenceIsNamedWithBothValues() {
        String before = identity("train.workers=2", "model.filter.width=64", "data.unit-bytes=10");
        String after = identity("train.workers=4", "model.filter.width=32", "data.unit-bytes=20");
        assertThatThrownBy(() -> ResumeCompatibility.refuseDifferences(before, after, "runs/a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the run in runs/a was started with other settings: data.unit-bytes was 10 and is 20; "
                        + "model.filter.width was 64 and is 32; train.workers was 2 and is 4. Restore them to resume "
                        + "it, or choose another run.dir for a new run");
    }

    @Test
    void aSettingOfLaterHadItsDefaultBefore() throws CorruptFileException {
        String before = identity().replace("\"num-heads\":1,", "");
        assertThat(before).isNotEqualTo(identity());
        assertThat(ResumeCompatibility.differences(before, identity())).isEmpty();
        assertThat(ResumeCompatibility.differences(before, identity("model.num-heads=2")))
                .containsExactly("model.num-heads was 1 and is 2");
    }

    /** Where the default became something else, a run that began before there was the setting keeps what it did. */
    @ParameterizedTest
    @CsvSource({
        "train.second-moment, mean-gradient, workers",
        "train.dropout-seeds, mixed, sum",
        "train.schedule, cosine, timm"
    })
    void aChangedDefaultDoesNotChangeARunOfBefore(String key, String now, String then) throws CorruptFileException {
        String current = identity("train.lr=0.5");
        String before = current.replaceFirst("\"" + key.substring(6) + "\":\"" + now + "\",?", "");
        assertThat(before).isNotEqualTo(current);
        String began = ResumeCompatibility.began(before).renderSections(ResumeCompatibility.SECTIONS);
        assertThat(began).isEqualTo(identity("train.lr=0.5", key + "=" + then));
        assertThat(ResumeCompatibility.differences(began, current))
                .containsExactly(key + " was \"" + then + "\" and is \"" + now + "\"");
        assertThat(ResumeCompatibility.began(current).renderSections(ResumeCompatibility.SECTIONS))
                .isEqualTo(current);
    }

    @Test
    void aKeyThatOnlyOneSideHasIsADifference() throws CorruptFileException {
        assertThat(ResumeCompatibility.differences("{\"model\":{\"a\":1}}", "{\"model\":{\"b\":[1,2]}}"))
                .containsExactly("model.a was 1 and is nothing", "model.b was nothing and is [1,2]");
    }
}
