package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.head.LabelHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a fitted model is found. */
final class FittedModelTest {
    private static final Storage STORAGE = Storage.local();

    @TempDir
    Path directory;

    private static FittedModel model() throws IOException {
        return model(new FittedModel.Scale(new double[0], new double[0]));
    }

    private static FittedModel model(FittedModel.Scale scale) throws IOException {
        return model(List.of("no", "yes"), scale);
    }

    private static FittedModel model(List<String> names, FittedModel.Scale scale) throws IOException {
        Settings settings =
                Settings.load(List.of("model.d-model=4", "model.n-layer=1", "model.l-max=8", "model.mixer=hyena-se"));
        Tokenizer tokenizer = Tokenizer.open(STORAGE, "dna");
        var head = new LabelHead(LabelHead.Task.CLASSIFICATION, 2, LabelHead.Pooling.MAX, 1, 1, 0);
        var spec = new LabelModel.Spec(settings.bind("model", ModelConfig.class), tokenizer.vocabularySize(), head, 1);
        long size = spec.table().stream().mapToLong(entry -> entry.size()).sum();
        var member = new FittedModel.Member("model-1", new float[(int) size], scale);
        return new FittedModel(
                spec,
                Readings.FORWARD,
                6,
                names,
                settings.renderSections(List.of("model")),
                TextSettings.of(settings),
                tokenizer,
                List.of(member));
    }

    /** By which predict knows that there is nothing to do. */
    @Test
    void theDescriptionTellsNamesAndScales() throws IOException {
        ObjectNode description = model().description();
        assertThat(model().description()).isEqualTo(description);
        assertThat(model(List.of("0", "1"), new FittedModel.Scale(new double[0], new double[0]))
                        .description())
                .isNotEqualTo(description);
        assertThat(model(new FittedModel.Scale(new double[] {0}, new double[] {2}))
                        .description())
                .isNotEqualTo(description);
    }

    @Test
    void aModelIsFoundInItsFittingOrByItself() throws IOException {
        var fitting = new FittingDirectory(directory.resolve("fitting").toString());
        model().write(STORAGE, fitting.model());
        String alone = directory.resolve("alone").toString();
        for (String place : List.of(fitting.uri(), fitting.model())) {
            assertThat(FittedModel.ofFitting(STORAGE, place).names()).containsExactly("no", "yes");
        }
        Files.move(Path.of(fitting.model()), Path.of(alone));
        assertThat(FittedModel.ofFitting(STORAGE, alone).names()).containsExactly("no", "yes");
        assertThat(FittedModel.ofFitting(STORAGE, alone).longest()).isEqualTo(6);
        assertThatThrownBy(() -> FittedModel.ofFitting(STORAGE, fitting.uri()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no fitted model in " + fitting.model())
                .hasMessageContaining("run fit first");
    }

    @Test
    void aModelKnowsHowItsTextsWereRead() throws IOException {
        String uri = directory.resolve("model").toString();
        FittedModel model = model();
        model.write(STORAGE, uri);
        assertThat(FittedModel.textsOfFitting(STORAGE, uri)).isEqualTo(model.texts());
        assertThat(FittedModel.read(STORAGE, uri).texts()).isEqualTo(model.texts());
        assertThat(model.texts().arguments()).hasSize(5);

        with(model, TextSettings.UNKNOWN).write(STORAGE, uri);
        assertThat(Files.readString(Path.of(uri, "model.json")))
                .as("as older versions wrote it")
                .doesNotContain("texts");
        assertThat(FittedModel.textsOfFitting(STORAGE, uri)).isEqualTo(TextSettings.UNKNOWN);
        assertThat(FittedModel.read(STORAGE, uri).texts()).isEqualTo(TextSettings.UNKNOWN);
        assertThat(FittedModel.textsOfFitting(STORAGE, uri + "/none")).isEqualTo(TextSettings.UNKNOWN);
    }

    private static FittedModel with(FittedModel model, TextSettings texts) {
        return new FittedModel(
                model.spec(),
                model.readings(),
                model.longest(),
                model.names(),
                model.modelSettings(),
                texts,
                model.tokenizer(),
                model.members());
    }

    @Test
    void aModelThatHasLostAFileIsDamaged() throws IOException {
        String uri = directory.resolve("model").toString();
        for (String lost : List.of("model-1.safetensors", "tokenizer.json")) {
            model().write(STORAGE, uri);
            Files.delete(Path.of(uri, lost));
            assertThatThrownBy(() -> FittedModel.ofFitting(STORAGE, uri))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining("found none: there is no ")
                    .hasMessageContaining(lost + "; restore it or make it again");
        }
    }

    @Test
    void aModelThatIsOnlyHalfWrittenOverAnotherIsNone() throws IOException {
        String uri = directory.resolve("model").toString();
        FittedModel whole = model();
        whole.write(STORAGE, uri);
        FittedModel.Member member = whole.members().get(0);
        var unwritable = new FittedModel(
                whole.spec(),
                whole.readings(),
                whole.longest(),
                whole.names(),
                whole.modelSettings(),
                whole.texts(),
                whole.tokenizer(),
                List.of(new FittedModel.Member(member.name(), new float[0], member.scale())));
        assertThatThrownBy(() -> unwritable.write(STORAGE, uri)).hasMessageStartingWith("tensor ");
        assertThatThrownBy(() -> FittedModel.read(STORAGE, uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no fitted model in " + uri);
    }

    @Test
    void aScaleThatIsNoNumberIsNotTakenForZero() throws IOException {
        String uri = directory.resolve("model").toString();
        model(new FittedModel.Scale(new double[] {2}, new double[] {Double.POSITIVE_INFINITY}))
                .write(STORAGE, uri);
        assertThatThrownBy(() -> FittedModel.read(STORAGE, uri))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("finite numbers as deviations");
    }
}
