package io.github.hyenaspark.jobs.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.Forged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumeCompatibilityTest {
    private static String identity(String... arguments) {
        return Settings.load(List.of(arguments)).renderSections(ResumeCompatibility.SECTIONS);
    }

    /** After twelve rounds. */
    private static Checkpoint checkpoint(String... arguments) {
        return checkpoint(Settings.load(List.of(arguments)));
    }

    private static Checkpoint checkpoint(Settings settings) {
        return checkpoint(settings, TrainingProgress.NONE);
    }

    private static Checkpoint checkpoint(TrainingProgress progress) {
        return checkpoint(Settings.load(List.of()), progress);
    }

    private static Checkpoint checkpoint(Settings settings, TrainingProgress progress) {
        return Forged.withSettings(12, settings, progress);
    }

    @Test
    void equalSettingsMayResume() throws CorruptFileException {
        assertThat(ResumeCompatibility.changes(identity("train.lr=2e-3"), identity("train.lr=0.002"), 1))
                .isEmpty();
    }

    @Test
    void placesAndWhatIsOfOneStartAreNoChange() throws CorruptFileException {
        String moved = identity(
                "data.dataset=b",
                "data.input=c",
                "data.min-age=15m",
                "run.dir=d",
                "run.stop-after-rounds=9",
                "run.store-patience-seconds=9");
        assertThat(ResumeCompatibility.changes(identity("data.dataset=a"), moved, 1))
                .isEmpty();
    }

    @Test
    void everyDifferenceIsNamedWithBothValues() {
        Checkpoint from = checkpoint("train.workers=2", "model.filter.width=64", "data.unit-bytes=10");
        String after = identity("train.workers=4", "model.filter.width=32", "data.unit-bytes=20", "train.lr=1");
        assertThatThrownBy(() -> ResumeCompatibility.changes(from, after, "runs/a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the run in runs/a was started with other settings: data.unit-bytes was 10 and is 20; "
                        + "model.filter.width was 64 and is 32; train.workers was 2 and is 4. Leave them out to resume "
                        + "it, or choose another run.dir for a new run");
    }

    @Test
    void whatMayChangeIsAChangeFromTheNextRoundOn() throws CorruptFileException {
        String after = identity("train.rounds=30", "train.schedule=linear", "checkpoint.keep=9", "run.patience=2");
        assertThat(ResumeCompatibility.changes(checkpoint(), after, "runs/a"))
                .containsExactly(
                        new Change(13, "checkpoint.keep", "3", "9"),
                        new Change(13, "run.patience", "0", "2"),
                        new Change(13, "train.rounds", "20", "30"),
                        new Change(13, "train.schedule", "\"cosine\"", "\"linear\""));
    }

    @Test
    void whatMayHelpARunThatDivergedMayChange() throws CorruptFileException {
        String after = identity(
                "train.clip-norm=0.5",
                "train.filter-lr=1e-4",
                "train.guard.action=drop",
                "train.guard.max-delta-ratio=5",
                "train.lr=1e-3",
                "train.matrix-lr=1e-3");
        assertThat(ResumeCompatibility.changes(checkpoint(), after, "runs/a"))
                .extracting(Change::key)
                .containsExactly(
                        "train.clip-norm",
                        "train.filter-lr",
                        "train.guard.action",
                        "train.guard.max-delta-ratio",
                        "train.lr",
                        "train.matrix-lr");
    }

    @Test
    void aRunCannotHaveFewerRoundsThanItHasDone() {
        assertThatThrownBy(() -> ResumeCompatibility.changes(checkpoint(), identity("train.rounds=11"), "runs/a"))
                .hasMessage("train.rounds: found 11, expected 12, which runs/a has done, or more");
    }

    @Test
    void whereAChangeFoundTheDecayIsNotForUsersToSay() {
        String after = identity("train.reached.step=3", "train.reached.fraction=0.5");
        assertThatThrownBy(() -> ResumeCompatibility.changes(checkpoint(), after, "runs/a"))
                .hasMessageContaining("train.reached.fraction was 1 and is 0.5; train.reached.step was 0 and is 3");
    }

    /** Quotes, line ends and brackets in a value, too. */
    @Test
    void whatARunRemembersIsAllThatItNeeds() throws CorruptFileException {
        String odd = "[a \"b\"\nc\\";
        Settings began = Settings.ofJson("{\"run\":{\"sample\":{\"prompt\":" + Json.line(TextNode.valueOf(odd)) + "}}}")
                .with(List.of("train.lr=0.5", "data.dataset=here", "run.stop-after-rounds=3", "run.dir=a"))
                .with(List.of("run.store-patience-seconds=3"));
        Settings again = Settings.load(ResumeCompatibility.remembered(checkpoint(began)));
        assertThat(again.renderSections(List.of("checkpoint", "model", "train")))
                .isEqualTo(began.renderSections(List.of("checkpoint", "model", "train")));
        assertThat(again.changes(List.of("data", "run")))
                .containsExactly("data.dataset=file:/data", "run.sample.prompt=" + odd);
    }

    /** Also if the file has been changed in between, or if the run went back meanwhile. */
    @Test
    void aFileThatIsOlderThanAChangeDoesNotUndoIt(@TempDir Path directory) throws IOException {
        var first = new Change(5, "train.lr", "0.1", "0.2");
        var second = new Change(9, "train.lr", "0.2", "0.3");
        var back = new Change(12, "train.lr", "0.3", "0.1");
        var schedule = new Change(9, "train.schedule", "\"cosine\"", "\"linear\"");
        String file = Files.writeString(
                        directory.resolve("my.conf"), "train { lr = 1e-1, schedule = cosine, min-lr = 0 }")
                .toString();
        assertThat(undone(Settings.load(List.of(file)), first, second, schedule))
                .containsExactly(second, schedule);
        assertThat(undone(Settings.load(List.of(file, "train.lr=0.2")), first, second))
                .as("arguments count")
                .isEmpty();
        assertThat(undone(Settings.load(List.of(file)), first, second, back)).isEmpty();
        assertThat(undone(Settings.load(List.of(file)), new Change(5, "train.lr", "0.2", "0.3")))
                .as("a new value in a file counts")
                .isEmpty();
        assertThat(undone(Settings.load(List.of()), new Change(5, "train.rounds", "20", "30")))
                .as("a default is no wish")
                .isEmpty();
        assertThat(ResumeCompatibility.argument(schedule)).isEqualTo("train.schedule=linear");
        assertThat(ResumeCompatibility.argument(second)).isEqualTo("train.lr=0.3");
    }

    private static List<Change> undone(Settings asked, Change... changes) throws IOException {
        Checkpoint from = checkpoint(new TrainingProgress(0, 0, TrainingProgress.Best.NONE, List.of(changes)));
        return ResumeCompatibility.undoneByFiles(from, asked);
    }

    @Test
    void settingsSurviveAsArgumentsWhateverIsInTheirText() throws CorruptFileException {
        for (String odd : List.of("[a \"b\"\nc\\", "\"", "{", "a\\n", "")) {
            String settings = Settings.ofJson(
                            "{\"run\":{\"sample\":{\"prompt\":" + Json.line(TextNode.valueOf(odd)) + "}}}")
                    .with(List.of("train.betas=[0.5,0.75]", "train.lr=2e-3"))
                    .renderSections(List.of("run", "train"));
            Settings again = Settings.load(ResumeCompatibility.arguments(settings));
            assertThat(again.renderSections(List.of("run", "train"))).isEqualTo(settings);
        }
    }

    @Test
    void aSettingOfLaterHadItsDefaultBefore() throws CorruptFileException {
        String before = identity().replace("\"num-heads\":1,", "");
        assertThat(before).isNotEqualTo(identity());
        assertThat(ResumeCompatibility.changes(before, identity(), 1)).isEmpty();
        assertThat(ResumeCompatibility.changes(before, identity("model.num-heads=2"), 1))
                .extracting(Change::toString)
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
        assertThat(ResumeCompatibility.changes(began, current, 1))
                .extracting(Change::toString)
                .containsExactly(key + " was \"" + then + "\" and is \"" + now + "\"");
        assertThat(ResumeCompatibility.began(current).renderSections(ResumeCompatibility.SECTIONS))
                .isEqualTo(current);
    }

    @Test
    void aKeyThatOnlyOneSideHasIsADifference() throws CorruptFileException {
        assertThat(ResumeCompatibility.changes("{\"model\":{\"a\":1}}", "{\"model\":{\"b\":[1,2]}}", 1))
                .extracting(Change::toString)
                .containsExactly("model.a was 1 and is nothing", "model.b was nothing and is [1,2]");
    }
}
