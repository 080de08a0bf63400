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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code predict} refuses before it starts Spark. */
class PredictJobTest {
    private static final Storage STORAGE = Storage.local();
    private static final int LONGEST = 1 << 30;

    @TempDir
    Path directory;

    @Test
    void aModelThatDoesNotFitIsRefused() throws IOException {
        Settings settings = Settings.load(
                List.of("model.d-model=64", "model.n-layer=1", "model.l-max=" + LONGEST, "model.mixer=hyena-se"));
        Tokenizer tokenizer = Tokenizer.open(STORAGE, "dna");
        var head = new LabelHead(LabelHead.Task.REGRESSION, 1, LabelHead.Pooling.MAX, 1, 2, 0);
        var spec = new LabelModel.Spec(settings.bind("model", ModelConfig.class), tokenizer.vocabularySize(), head, 1);
        long size = spec.table().stream().mapToLong(entry -> entry.size()).sum();
        var scale = new FittedModel.Scale(new double[1], new double[] {1});
        var member = new FittedModel.Member("model-1", new float[Math.toIntExact(size)], scale);
        String sections = settings.renderSections(List.of("model"));
        String model = directory.resolve("model").toString();
        new FittedModel(spec, Readings.BOTH, LONGEST, List.of("value"), sections, tokenizer, List.of(member))
                .write(STORAGE, model);
        Path input = Files.writeString(directory.resolve("input.txt"), "ACGT");
        Path output = directory.resolve("output");
        SmallRun.Outcome outcome = SmallRun.bare(
                "local[1]", List.of("predict", "run.dir=" + model, "data.input=" + input, "predict.output=" + output));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .startsWith("hyena predict: predict needs ")
                .contains("MiB of the heap of the driver, found", "fewer tasks at once");
        assertThat(output).doesNotExist();
    }
}
