package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitSettingsTest {
    private static final Path CONF = Path.of(System.getProperty("basedir", "."), "..", "conf");
    private static final int DOCUMENTS_OF_A_STEP = 32;
    private static final int STEPS_OF_A_ROUND = 8;

    private static long rounds(int documents, String... settings) {
        return train(documents, settings).rounds();
    }

    private static TrainConfig train(int documents, String... settings) {
        Settings all = Settings.load(FitSettings.RECIPE).with(List.of(settings));
        return new FitSettings(all, all.bind("data", DataConfig.class), "fitting")
                .ofModel("model-1", 0, 0, documents)
                .train();
    }

    @ParameterizedTest
    @CsvSource({"40, 40", "320, 40", "800, 16", "988, 13", "2134, 6", "100000, 6"})
    void fewDocumentsAreSeenMoreOften(int documents, int epochs) {
        double expected = (double) documents * epochs / DOCUMENTS_OF_A_STEP / STEPS_OF_A_ROUND;
        assertThat((double) rounds(documents)).isBetween(expected - 0.6, expected + 0.6);
    }

    /** 8, 16, 40 and 400 steps. */
    @ParameterizedTest
    @CsvSource({"4, 4", "12, 8", "32, 20", "320, 20"})
    void halfOfTheStepsAtMostAreWarmUp(int documents, int steps) {
        assertThat(train(documents).warmupSteps()).isEqualTo(steps);
    }

    @Test
    void aWarmUpThatIsAskedForIsAsLongAsAskedFor() {
        assertThat(train(12, "train.warmup-steps=30").warmupSteps()).isEqualTo(30);
    }

    @Test
    void epochsThatAreAskedForCount() {
        assertThat(rounds(256, "fit.epochs=3")).isEqualTo(3);
    }

    private static List<String> withoutEffect(String... settings) {
        Settings all = Settings.load(FitSettings.RECIPE).with(List.of(settings));
        return new FitSettings(all, all.bind("data", DataConfig.class), "fitting").withoutEffect();
    }

    @Test
    void settingsThatChangeNothingAreTold() {
        assertThat(withoutEffect("train.batch-size=4", "run.patience=3")).isEmpty();
        assertThat(withoutEffect("train.seed=5", "run.sample.tokens=3", "model.l-max=64"))
                .containsExactlyInAnyOrder(
                        "train.seed=5 changes nothing here: fit.seed decides",
                        "run.sample.tokens=3 changes nothing here: a model of labels writes no text",
                        "model.l-max=64 changes nothing here: fit.max-length decides");
        assertThat(withoutEffect("fit.pretrained=run", "model.l-max=64"))
                .as("a pretrained model keeps its own")
                .isEmpty();
    }

    @Test
    void aModelOfAGenomeIsTheOneThatAFittingBeginsWith() {
        List<String> recipe = FitSettings.RECIPE.stream()
                .filter(setting -> setting.startsWith("model."))
                .toList();
        Settings genome =
                Settings.load(List.of(CONF.resolve("pretrain-dna.conf").toString()));
        assertThat(recipe).isNotEmpty();
        assertThat(genome.with(recipe).bind("model", ModelConfig.class))
                .isEqualTo(genome.bind("model", ModelConfig.class));
    }
}
