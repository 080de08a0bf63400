package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.Forged;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainSettingsTest {
    private static TrainSettings settings(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("run.dir=run", "train.local-steps=10", "train.rounds=20"));
        all.addAll(List.of(words));
        return TrainSettings.of(Settings.load(all), Storage.local(), List.of());
    }

    /** After 18 of 20 rounds with these settings, resumed with those. */
    private static TrainSettings resumed(List<String> began, String... words) throws IOException {
        Settings before = settings(began.toArray(String[]::new)).settings();
        Checkpoint from = Forged.withSettings(18, before, TrainingProgress.NONE);
        List<String> all = new ArrayList<>(began);
        all.addAll(List.of(words));
        return settings(all.toArray(String[]::new)).resuming(from, Storage.local());
    }

    @Test
    void aDecayThatOnlyTheNewPlanHasIsToldAsSuch() throws IOException {
        TrainSettings resumed =
                resumed(List.of("train.schedule=constant"), "train.schedule=linear", "train.decay-fraction=0.5");
        assertThat(resumed.changes())
                .containsExactly(
                        new Change(19, "train.decay-fraction", "1", "0.5"),
                        new Change(19, "train.schedule", "\"constant\"", "\"linear\""),
                        new Change(19, "train.reached.step", "0", "180"));
        assertThat(resumed.goesOn())
                .isEqualTo("the new plan would have lowered the rates before: they go on from train.lr = 0.002, where"
                        + " they were, over the 20 local steps that remain");
    }

    /** After 139 of 160 steps of a line. */
    @Test
    void aDecayThatHadBegunGoesOnFromWhereItWas() throws IOException {
        TrainSettings resumed = resumed(List.of("train.schedule=linear"), "train.rounds=30");
        assertThat(resumed.changes())
                .extracting(Change::key)
                .containsExactly("train.rounds", "train.reached.step", "train.reached.fraction");
        assertThat(resumed.goesOn())
                .isEqualTo("the decay of the rates had begun: they go on from 13.1 % of the way from train.min-lr ="
                        + " 2.0E-4 to train.lr = 0.002, where they were, over the 120 local steps that remain");
    }

    @Test
    void aWarmUpThatTakesTheWholeRunIsTold() throws IOException {
        assertThat(settings("train.warmup-steps=199").endlessWarmUp()).isEmpty();
        assertThat(settings("train.warmup-steps=0").endlessWarmUp()).isEmpty();
        assertThat(settings("train.warmup-steps=200").endlessWarmUp().orElseThrow())
                .contains("rise to 100 % of");
        assertThat(settings("train.warmup-steps=800").endlessWarmUp())
                .hasValue(
                        "train.warmup-steps: found 800 in a run of 200 local steps, so its rates rise to 25.0 % of what"
                                + " they are set to, and never fall; take fewer, or more train.rounds");
    }
}
