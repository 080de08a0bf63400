package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.TrainingProgress.Best;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.jobs.train.HeldOut.ValidationPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValidationPlanTest {
    private static final String PRESET = Path.of(System.getProperty("basedir", "."))
            .resolve("../conf/hyena-355m.conf")
            .toString();
    private static final int GPT2 = 50_257;

    /** What the Pile holds out at the default fraction of 0.05, in GPT-2's tokens. */
    private static final long TOKENS = 19_000_000_000L;

    private static final long DOCUMENTS = 10_500_000;

    private static TrainSettings settings(String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of(more));
        words.add("run.dir=run");
        return TrainSettings.of(Settings.load(words), Storage.local(), List.of());
    }

    private static JsonNode dryRun(long tokens, long documents, String... more) throws IOException {
        TrainSettings asked = settings(more);
        ValidationPlan plan = ValidationPlan.of(asked, tokens, documents);
        TrainSettings resolved = TrainSettings.of(
                asked.settings()
                        .with(List.of("run.validate-tokens="
                                + plan.resolved(asked.run().validateTokens()))),
                Storage.local(),
                List.of());
        var memory = TrainingMemory.of(
                resolved.model(), GPT2, resolved.train(), resolved.run().merge());
        return plan.dryRun(resolved, memory, 400, List.of(new Change(401, "train.lr", "1", "2")));
    }

    @Test
    void aLargeRunOnTheWholePileMeasuresForTwoPercentOfItsTime() throws IOException {
        JsonNode line = dryRun(TOKENS, DOCUMENTS, PRESET);
        assertThat(line.get("rounds").longValue()).isEqualTo(1000);
        assertThat(line.get("train_tokens").longValue()).isEqualTo(30_000L * 256 * 2048);
        assertThat(line.get("round").longValue()).isEqualTo(400);
        assertThat(line.get("remaining_train_tokens").longValue()).isEqualTo(18_000L * 256 * 2048);
        assertThat(line.get("changes").toString())
                .isEqualTo("[{\"from_round\":401,\"key\":\"train.lr\",\"was\":\"1\",\"is\":\"2\"}]");
        assertThat(line.get("validations").longValue()).isEqualTo(250);
        assertThat(line.get("validation_share").doubleValue()).isBetween(0.015, 0.02);
        assertThat(line.get("validation_tokens").longValue()).isEqualTo(7L * 256 * 2048);
        JsonNode ten = dryRun(10 * TOKENS, 10 * DOCUMENTS, PRESET);
        assertThat(ten).as("it does not grow with the dataset").isEqualTo(line);
        assertThat(dryRun(TOKENS, DOCUMENTS, PRESET, "run.validate-tokens=-1")
                        .get("validation_share")
                        .doubleValue())
                .isGreaterThan(0.99);
    }

    @Test
    void aSmallSplitIsMeasuredWhole() throws IOException {
        assertThat(ValidationPlan.of(settings(), 1_000_000, 1000).resolved(0)).isEqualTo(ValidationPlan.ALL);
        assertThat(ValidationPlan.of(settings(PRESET), 2_000_000, 100).resolved(0))
                .as("there is time for it")
                .isEqualTo(ValidationPlan.ALL);
        assertThat(ValidationPlan.of(settings("train.rounds=1"), 1_000_001, 1000)
                        .resolved(0))
                .isPositive();
    }

    @Test
    void askedTokensAreMeasuredAndNeverMoreThanThereAre() throws IOException {
        ValidationPlan plan = ValidationPlan.of(settings(PRESET), TOKENS, DOCUMENTS);
        assertThat(plan.resolved(5_000_000)).isEqualTo(5_000_000);
        assertThat(plan.resolved(Long.MAX_VALUE)).isEqualTo(ValidationPlan.ALL);
        assertThat(plan.resolved(ValidationPlan.ALL)).isEqualTo(ValidationPlan.ALL);
        assertThat(ValidationPlan.sequences(settings(PRESET, "run.validate-tokens=5000")))
                .isEqualTo(2);
        assertThat(ValidationPlan.sequences(settings(PRESET, "run.validate-tokens=5")))
                .isEqualTo(1);
        assertThat(ValidationPlan.sequences(settings(PRESET, "run.validate-tokens=-1")))
                .isEqualTo(Long.MAX_VALUE);
    }

    /** Half of the sequences were measured until a resume asked for all, and no round has followed. */
    @Test
    void aLossIsToldAsThatOfWhatItWasMeasuredOn() throws IOException {
        var sample = new Change(21, "run.validate-tokens", "1024", "-1");
        List<Change> changes = List.of(new Change(5, "train.lr", "1", "2"), sample);
        TrainSettings now = TrainSettings.of(
                Settings.load(List.of("run.dir=run", "model.l-max=128", "run.validate-tokens=-1")),
                Storage.local(),
                changes);
        var heldOut = new HeldOut(16, 2000, 1000);
        TrainSettings then = now.asMeasuredIn(20, Storage.local());
        assertThat(heldOut.isSampled(then)).isTrue();
        assertThat(heldOut.bitsPerByte(1, 1000, then)).isEqualTo(2 / Math.log(2));
        TrainSettings after = now.asMeasuredIn(21, Storage.local());
        assertThat(heldOut.isSampled(after)).isFalse();
        assertThat(heldOut.bitsPerByte(1, 1900, after)).isEqualTo(1.9 / Math.log(2));
        Best best = new Best(3, 16, 1);
        assertThat(TrainSettings.comparable(best, changes)).isEqualTo(new Best(Double.POSITIVE_INFINITY, 16, 0));
        assertThat(TrainSettings.comparable(best, changes).after(24, 4)).isEqualTo(new Best(4, 24, 0));
        assertThat(TrainSettings.comparable(best, changes.subList(0, 1))).isEqualTo(best);
    }
}
