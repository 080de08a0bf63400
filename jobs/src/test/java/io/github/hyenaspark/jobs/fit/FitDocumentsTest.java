package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.Pins;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a fitting's documents when other settings follow before its first model begins. */
class FitDocumentsTest {
    private static final Storage STORAGE = Storage.local();

    @TempDir
    private Path directory;

    /** A fitting that got as far as a dataset of the label {@code date}. */
    @BeforeEach
    void prepare() throws IOException {
        Files.writeString(directory.resolve("documents.jsonl"), "{\"text\":\"a\",\"date\":\"1\",\"kind\":\"x\"}");
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.writeString(run.resolve("fit.json"), "{}");
        FitDocuments first = documents("fit.label-field=date");
        var snapshot = new DatasetSnapshot(
                3,
                1,
                "",
                first.spec().fingerprint(),
                first.spec().identity(),
                first.spec().vocabulary(),
                List.of(),
                List.of(),
                List.of());
        for (String folder : List.of("snapshots", "train/deep", "tokenizer")) {
            Files.createDirectories(run.resolve("data").resolve(folder));
        }
        Files.write(run.resolve("data/snapshots/00000001.json"), snapshot.toJson());
        Files.writeString(run.resolve("data/train/deep/old.bin"), "");
        Files.writeString(run.resolve("data/tokenizer/old.json"), "");
        Files.writeString(run.resolve("data/_SUCCESS"), "");
    }

    private FitDocuments documents(String... settings) throws IOException {
        List<String> all = Stream.concat(
                        Stream.of(
                                "data.input=" + directory.resolve("documents.jsonl"),
                                "run.dir=" + directory.resolve("run")),
                        Arrays.stream(settings))
                .toList();
        return FitDocuments.of(Settings.load(all), STORAGE);
    }

    /** The names in the dataset after other settings were given. */
    private List<String> left(FitDocuments now) throws IOException {
        try (var lease = DatasetLease.take(STORAGE, now.spec().config().dataset())) {
            now.deleteIfOther(lease);
            lease.check();
        }
        try (Stream<Path> files = Files.list(directory.resolve("run/data"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void anotherLabelIsPreparedAnew() throws IOException {
        FitDocuments now = documents("fit.label-field=kind");
        assertThat(left(now)).isEmpty();
        assertThat(InputPlan.of(STORAGE, now.spec()).fresh()).hasSize(1);
    }

    @Test
    void soIsAnotherTokenizer() throws IOException {
        assertThat(left(documents("fit.label-field=date", "data.tokenizer=dna")))
                .isEmpty();
    }

    @Test
    void theSameSettingsGoOn() throws IOException {
        assertThat(left(documents("fit.label-field=date")))
                .containsExactly("_SUCCESS", "snapshots", "tokenizer", "train");
    }

    @ParameterizedTest
    @CsvSource({"fit.label-field, split", "fit.weight-field, Tokens", "data.source.id-field, path"})
    void aFieldThatTheTableOfDocumentsHasItselfIsRefusedByItsSetting(String setting, String field) {
        assertThatThrownBy(() -> documents(setting + "=" + field))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(setting + ": found " + field + ", expected a name other than [document_id, ")
                .hasMessageEndingWith("], which the table of documents has for itself; rename the field");
    }

    private DatasetSnapshot newest() throws IOException {
        return DatasetSnapshot.newest(STORAGE, directory.resolve("run/data").toString());
    }

    private void keep(Folds folds) throws IOException {
        documents("fit.label-field=date").keep(newest(), folds, Optional.empty());
    }

    @Test
    void modelsGoOnInTheFoldsTheyWereBegunIn() throws IOException {
        keep(FoldsTest.folds("fit.seed=1"));
        keep(FoldsTest.folds("fit.seed=1"));
        assertThatThrownBy(() -> keep(FoldsTest.folds("fit.seed=2")))
                .hasMessageStartingWith("run.dir: found ")
                .hasMessageContaining("a version that divides these documents otherwise");
    }

    /** It did not keep them, and put the strands of a pair into different ones. */
    @Test
    void anOlderVersionBeganTheSameFoldsButForPairsOfStrands() throws IOException {
        Files.writeString(directory.resolve("run/documents.json"), "{\"snapshot\":\"" + newest().sha256() + "\"}");
        keep(FoldsTest.folds("fit.seed=1"));
        assertThatThrownBy(() -> keep(FoldsTest.foldsOfPairs()))
                .hasMessageContaining("a version that divides these documents otherwise");
    }

    @Test
    void whatARunElsewhereLearnsFromStays() throws IOException {
        FitDocuments now = documents("fit.label-field=kind");
        String dataset = now.spec().config().dataset();
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Pins.write(STORAGE, dataset, DatasetSnapshot.newest(STORAGE, dataset), STORAGE.qualify(elsewhere.toString()));
        assertThat(left(now)).contains("pins", "snapshots", "train");
    }

    @Test
    void aDatasetOfNoFittingStays() throws IOException {
        Files.delete(directory.resolve("run/fit.json"));
        FitDocuments now = documents("fit.label-field=kind");
        assertThat(left(now)).containsExactly("_SUCCESS", "snapshots", "tokenizer", "train");
        assertThatThrownBy(() -> InputPlan.of(STORAGE, now.spec()))
                .hasMessageContaining("was prepared with other settings");
    }
}
