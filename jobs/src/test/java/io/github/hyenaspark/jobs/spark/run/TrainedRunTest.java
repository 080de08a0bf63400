package io.github.hyenaspark.jobs.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.Forged;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a copy of the run of version 0.1 among the test's files, with a second checkpoint. */
class TrainedRunTest {
    private static final Path FROZEN = Path.of("src/test/resources/frozen/0.1/run");

    @TempDir
    private Path directory;

    private final Storage storage = Storage.local();
    private String run = "";
    private CheckpointStore store = CheckpointStore.open(storage, "none");

    @BeforeEach
    void copyTheRun() throws IOException {
        run = directory.toString();
        FileUtils.copyDirectory(FROZEN.toFile(), directory.toFile());
        store = CheckpointStore.open(storage, run);
        store.beginEpoch();
        Checkpoint first = store.newestValid().orElseThrow();
        store.resumesFrom(Optional.of(first));
        float[] theta = first.vector(Checkpoint.THETA).clone();
        for (int i = 0; i < theta.length; i++) {
            theta[i] += 1 + i;
        }
        theta[0] = -0.0f; // which no sum is
        store.save(Forged.withTheta(Forged.withRound(first, 3), theta), 2);
    }

    @Test
    void aRoundIsOpenedByItsNumber() throws IOException {
        List<CheckpointManifest> there = store.manifests();
        assertThat(there).hasSize(2);
        for (CheckpointManifest manifest : there) {
            TrainedRun found =
                    TrainedRun.open(storage, run, Long.toString(manifest.facts().round()));
            assertThat(found.round()).isEqualTo(manifest.facts().round());
            assertThat(found.tokens()).isEqualTo(manifest.facts().tokens());
            assertThat(found.theta()).isEqualTo(store.theta(manifest));
        }
        TrainedRun newest = TrainedRun.open(storage, run, "newest");
        assertThat(newest.round()).isEqualTo(there.get(0).facts().round());
        assertThat(newest.theta()).isEqualTo(store.theta(there.get(0)));
    }

    @Test
    void theAverageIsTheMeanOfAllCheckpoints() throws IOException {
        List<CheckpointManifest> there = store.manifests();
        double[] expected = new double[Math.toIntExact(there.get(0).parameters())];
        for (CheckpointManifest manifest : there) {
            float[] theta = store.theta(manifest);
            for (int i = 0; i < expected.length; i++) {
                expected[i] += theta[i] / there.size();
            }
        }
        TrainedRun average = TrainedRun.open(storage, run, "average");
        assertThat(average.round()).isEqualTo(there.get(0).facts().round());
        assertThat(average.theta()).hasSameSizeAs(store.theta(there.get(0)));
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) average.theta()[i])
                    .as("element %d", i)
                    .isCloseTo(expected[i], withinFloat(expected[i]));
        }
        assertThat(average.network().parameterCount()).isEqualTo(expected.length);
    }

    @Test
    void theAverageIsWithoutTheImportedModelThatTheRunTrained() throws IOException {
        float[] before = TrainedRun.open(storage, run, "average").theta();
        Checkpoint imported = Forged.asImported(store.newestValid().orElseThrow());
        store.save(imported, 3);
        assertThat(store.manifests()).hasSize(3);
        assertThat(TrainedRun.open(storage, run, "average").theta()).isEqualTo(before);
    }

    @Test
    void theAverageOfAnUntrainedRunIsTheImportedModel() throws IOException {
        String untrained = directory.resolve("untrained").toString();
        FileUtils.copyFileToDirectory(directory.resolve(RunTokenizer.FILE).toFile(), new File(untrained));
        CheckpointStore other = CheckpointStore.open(storage, untrained);
        other.beginEpoch();
        other.resumesFrom(Optional.empty());
        other.save(Forged.asImported(store.newestValid().orElseThrow()), 3);
        assertThat(TrainedRun.open(storage, untrained, "average").theta())
                .isEqualTo(TrainedRun.open(storage, run, "newest").theta());
    }

    private static Offset<Double> withinFloat(double value) {
        return Offset.offset(Math.max(1e-12, Math.abs(value) * 1e-6));
    }

    /** As an imported model is; nobody has measured it. */
    @Test
    void theBestIsNoModelOfRoundZero() throws IOException {
        store.save(Forged.withRound(store.newestValid().orElseThrow(), 0), 3);
        assertThat(TrainedRun.open(storage, run, "0").round()).isZero();
        assertThatThrownBy(() -> TrainedRun.open(storage, run, "best"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "run.checkpoint: found best, expected a round of " + run + " that has a checkpoint: [3, 2, 0]");
    }

    @Test
    void aCheckpointWithoutItsParametersIsDamaged() throws IOException {
        CheckpointManifest newest = store.manifests().get(0);
        FileUtils.deleteDirectory(directory.resolve("data").toFile());
        for (String checkpoint : List.of("3", "2", "average")) {
            assertThatThrownBy(() -> TrainedRun.open(storage, run, checkpoint))
                    .as(checkpoint)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining("/manifest/")
                    .hasMessageContaining("expected its file of parameters, found none: there is no ");
        }
        assertThatThrownBy(() -> TrainedRun.open(storage, run, "3")).hasMessageContaining(newest.path());
    }

    /** The local disk, where something happens before a file is read. */
    public static final class BusyFileSystem extends RawLocalFileSystem {
        private Consumer<String> before = file -> {};

        @Override
        public URI getUri() {
            return URI.create("busy:///");
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path file, int buffer) throws IOException {
            before.accept(file.toString());
            return super.open(file, buffer);
        }
    }

    /**
     * Opens the run while its training saves round 4, and so many rounds more, each before a file in a folder is read.
     */
    private TrainedRun openBesideATraining(String checkpoint, String folder, int rounds) throws IOException {
        Map<String, String> hadoop = Map.of("fs.busy.impl", BusyFileSystem.class.getName());
        var settings = new Configuration();
        hadoop.forEach(settings::set);
        Checkpoint saved = store.newestValid().orElseThrow();
        int[] round = {3};
        try (var busy = (BusyFileSystem) FileSystem.get(URI.create("busy:///"), settings)) {
            busy.before = file -> {
                if (file.contains("/" + folder + "/") && round[0] < 3 + rounds) {
                    round[0]++;
                    save(Forged.withRound(saved, round[0]));
                }
            };
            return TrainedRun.open(Storage.of(hadoop), "busy://" + run, checkpoint);
        } finally {
            assertThat(round[0]).isEqualTo(3 + rounds);
        }
    }

    /** Deletes all others. */
    private void save(Checkpoint checkpoint) {
        try {
            store.save(checkpoint, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "manifest"})
    void whatATrainingDeletesMeanwhileIsNotDamaged(String folder) throws IOException {
        TrainedRun average = openBesideATraining("average", folder, 1);
        assertThat(average.round()).isEqualTo(4);
        assertThat(average.theta()).isEqualTo(store.theta(store.manifests().get(0)));
        assertThat(store.manifests()).hasSize(1);
    }

    @Test
    void aRoundThatATrainingDeletesMeanwhileIsNoLongerThere() {
        assertThatThrownBy(() -> openBesideATraining("3", "data", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("that has a checkpoint: [4]");
    }

    @Test
    void whoIsAlwaysTooLateSaysWhatIsMissing() {
        assertThatThrownBy(() -> openBesideATraining("average", "data", 5)).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void anExportWithoutItsParametersIsRefused() throws IOException {
        Path export = directory.resolve("export");
        FileUtils.copyDirectory(FROZEN.resolveSibling("export").toFile(), export.toFile());
        Files.delete(export.resolve("model.safetensors"));
        assertThatThrownBy(() -> TrainedRun.ofRunOrExport(storage, export.toString(), "newest"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the export: there is no ")
                .hasMessageEndingWith("expected a directory with model.safetensors and config.json");
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatThrownBy(() -> TrainedRun.open(storage, run, "77"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("run.checkpoint: found 77, expected a round of " + run + " that has a checkpoint: [3, 2]");
        assertThatThrownBy(() -> TrainedRun.open(storage, run, "good"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("run.checkpoint: found good, expected newest, best, average, or the round of a checkpoint");
        assertThatThrownBy(() -> TrainedRun.open(storage, run, "best")) // version 0.1 noted no best round
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("run.checkpoint: found best, expected a round of " + run
                        + " that has a checkpoint: [3, 2]; train keeps the best with checkpoint.keep-best=true");
        assertThatThrownBy(() -> TrainedRun.open(storage, "", "average"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("run.dir: found nothing");
    }
}
