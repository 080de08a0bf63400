package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.head.LabelHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code predict} refuses before it starts Spark. */
class PredictJobTest {
    private static final Storage STORAGE = Storage.local();
    private static final int LONGEST = 1 << 30;

    @TempDir
    Path directory;

    /** That predicts a value, in a folder of its own. */
    private String model(int longest, String... more) throws IOException {
        Settings settings = Settings.load(List.of(
                        "model.d-model=64", "model.n-layer=1", "model.l-max=" + longest, "model.mixer=hyena-se"))
                .with(List.of(more));
        Tokenizer tokenizer = Tokenizer.open(STORAGE, "dna");
        var head = new LabelHead(LabelHead.Task.REGRESSION, 1, LabelHead.Pooling.MAX, 1, 2, 0);
        var spec = new LabelModel.Spec(settings.bind("model", ModelConfig.class), tokenizer.vocabularySize(), head, 1);
        long size = spec.table().stream().mapToLong(entry -> entry.size()).sum();
        var scale = new FittedModel.Scale(new double[1], new double[] {1});
        var member = new FittedModel.Member("model-1", new float[Math.toIntExact(size)], scale);
        String model = directory.resolve("model").toString();
        new FittedModel(
                        spec,
                        Readings.BOTH,
                        longest,
                        List.of("value"),
                        settings.renderSections(List.of("model")),
                        TextSettings.of(settings),
                        tokenizer,
                        List.of(member))
                .write(STORAGE, model);
        return model;
    }

    private SmallRun.Outcome predict(String model, String... settings) throws IOException {
        Path input = Files.writeString(directory.resolve("input.txt"), "ACGT");
        List<String> arguments = new ArrayList<>(
                List.of("predict", "run.dir=" + model, "data.input=" + input, "predict.output=" + output()));
        arguments.addAll(List.of(settings));
        return SmallRun.bare("local[1]", arguments);
    }

    private Path output() {
        return directory.resolve("output");
    }

    @Test
    void textsAreReadAsTheModelReadsThem() throws IOException {
        String model = model(8, "data.clean.normalisation=nfc");
        Settings settings = Settings.load(List.of("run.dir=" + model));
        assertThat(new PredictJob().derived(settings).defaults()).contains("data.clean.normalisation=nfc");
        SmallRun.Outcome outcome = predict(model, "data.clean.normalisation=nfkc");
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .startsWith("hyena predict: data.clean.normalisation: found nfkc, expected nfc, with which the model");
    }

    @Test
    void aColumnMayHaveANameThatThisModelDoesNotUse() throws IOException {
        String model = model(LONGEST);
        SmallRun.Outcome outcome = predict(model, "data.source.columns=[Value]");
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .startsWith("hyena predict: data.source.columns: found Value, expected other names than those of the"
                        + " results, [id, path, position, error, value]");
        assertThat(predict(model, "data.source.columns=[predicted]").messages())
                .as("which a classifier has")
                .startsWith("hyena predict: predict needs ");
    }

    @Test
    void aModelThatDoesNotFitIsRefused() throws IOException {
        SmallRun.Outcome outcome = predict(model(LONGEST));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .startsWith("hyena predict: predict needs ")
                .contains("MiB of the heap of the driver, found", "fewer tasks at once");
        assertThat(output()).doesNotExist();
    }
}
