package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSamplerTest {
    private static final Settings SETTINGS = Settings.load(
            List.of("model.d-model=8", "model.n-layer=1", "model.l-max=16", "model.filter.width=4", "train.rounds=7"));
    private static final int VOCABULARY = 256;

    @TempDir
    Path directory;

    private final HyenaLanguageModel model =
            HyenaLanguageModel.create(SETTINGS.bind("model", ModelConfig.class), VOCABULARY, 3);
    private final float[] theta = model.parameters();

    private TextSampler sampler(TextSampler.Config config) throws IOException {
        var vocabulary = new Vocabulary("bytes", "bytes", VOCABULARY, 1, 255);
        ModelConfig architecture = SETTINGS.bind("model", ModelConfig.class);
        var plan = new TrainingPlan(
                architecture,
                SETTINGS.bind("train", TrainConfig.class),
                new DatasetSnapshot.Ref("", 1, "", vocabulary, 0, 0),
                new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, architecture.lMax()),
                directory.toString());
        return new TextSampler(config, plan, model, Storage.local());
    }

    private void keepTokenizer() throws IOException {
        Files.write(directory.resolve(RunTokenizer.FILE), Tokenizer.of("bytes").file());
    }

    private ObjectNode after(long round, TextSampler sampler) {
        return after(round, sampler, round == 7);
    }

    private ObjectNode after(long round, TextSampler sampler, boolean last) {
        ObjectNode line = Json.object();
        var state = TrainingState.parametersOnly(theta);
        sampler.addTo(line, new RunState(round, 0, state, new float[theta.length], List.of()), last);
        return line;
    }

    @Test
    void everyFewRoundsAndTheLastHaveASample() throws IOException {
        keepTokenizer();
        TextSampler sampler = sampler(new TextSampler.Config(3, "", 5));
        List<Long> late = new ArrayList<>();
        for (long round = 1; round < 7; round++) {
            ObjectNode line = after(round, sampler);
            assertThat(line.has("sample")).isFalse();
            line.path("late_samples")
                    .forEach(sample -> late.add(sample.get("round").longValue()));
            sampler.await();
        }
        assertThat(late).containsExactly(3L);
        ObjectNode last = after(7, sampler);
        assertThat(last.at("/late_samples/0/round").longValue()).isEqualTo(6);
        assertThat(last.has("sample")).isTrue();
        TextSampler none = sampler(new TextSampler.Config(0, "", 5));
        assertThat(LongStream.rangeClosed(1, 7).mapToObj(round -> after(round, none)))
                .allMatch(ObjectNode::isEmpty);
    }

    /** Such as by run.stop-after-rounds: another job may do the others. */
    @Test
    void theLastRoundOfAJobHasASampleWhereverTheRunEnds() throws IOException {
        keepTokenizer();
        TextSampler sampler = sampler(new TextSampler.Config(4, "", 5));
        assertThat(after(3, sampler, true).has("sample")).isTrue();
        assertThat(after(4, sampler, true).has("sample")).isTrue();
    }

    @Test
    void aProcessThatIsAboutToEndWaitsForNoSample() throws IOException {
        keepTokenizer();
        TextSampler sampler = sampler(new TextSampler.Config(1, "", 1_000_000));
        assertThat(after(1, sampler)).isEmpty();
        long begin = System.nanoTime();
        sampler.hurry();
        sampler.await();
        assertThat(after(7, sampler)).isEmpty();
        assertThat(System.nanoTime() - begin).isLessThan(5_000_000_000L); // a sample would take ten seconds
    }

    /** The next round may begin at once: the text comes with a later line. */
    @Test
    void theLineOfARoundDoesNotWaitForItsText() throws IOException {
        keepTokenizer();
        TextSampler sampler = sampler(new TextSampler.Config(1, "", 1_000));
        assertThat(after(1, sampler)).isEmpty();
        assertThat(after(2, sampler))
                .as("the text after round 1 is still being made")
                .isEmpty();
        sampler.await();
        JsonNode late = after(3, sampler).get("late_samples");
        assertThat(late).hasSize(1);
        assertThat(late.get(0).get("round").longValue()).isEqualTo(1);
        assertThat(late.get(0).get("text").textValue()).hasSizeGreaterThan(100);
    }

    /** A model that has learnt nothing says bytes that are no UTF-8. */
    @Test
    void theSameParametersSayTheSameWhateverTheyAre() throws IOException {
        keepTokenizer();
        var config = new TextSampler.Config(1, "Once", 40);
        String text = after(7, sampler(config)).at("/sample/text").textValue();
        assertThat(text).contains("\uFFFD");
        assertThat(text.codePointCount(0, text.length())).isBetween(20, 40);
        assertThat(after(7, sampler(config)).at("/sample/prompt").textValue()).isEqualTo("Once");
        model.parameters(new float[theta.length]);
        TextSampler again = sampler(config);
        assertThat(after(7, again).at("/sample/text").textValue()).isEqualTo(text);
        assertThat(after(7, again).at("/sample/text").textValue()).isEqualTo(text);
        theta[0] += 1;
        theta[100] -= 1;
        assertThat(after(7, again).at("/sample/text").textValue()).isNotEqualTo(text);
    }

    @Test
    void whatCannotBeSaidIsLeftOut() throws IOException {
        TextSampler withoutTokenizer = sampler(new TextSampler.Config(1, "", 5));
        assertThat(after(7, withoutTokenizer)).isEmpty();
        keepTokenizer();
        assertThat(after(7, withoutTokenizer).has("sample")).isTrue();
        Arrays.fill(theta, Float.NaN);
        assertThat(after(7, withoutTokenizer)).isEmpty();
    }
}
