package io.github.hyenaspark.jobs.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify} and {@code inspect} on a copy of the run of version 0.1, whose only manifest is damaged. */
class VerifyJobTest {
    private static final Path FROZEN = Path.of("src/test/resources/frozen/0.1/run");

    @TempDir
    private Path directory;

    private String manifest = "";

    @BeforeEach
    void damageTheManifest() throws IOException {
        manifest = damage(directory.resolve("run"));
    }

    /** Copies the run, and returns the name of the manifest that is no JSON now. */
    private static String damage(Path run) throws IOException {
        FileUtils.copyDirectory(FROZEN.toFile(), run.toFile());
        try (Stream<Path> manifests = Files.list(run.resolve("manifest"))) {
            Path only = manifests.toList().get(0);
            Files.writeString(only, "{");
            return "manifest/" + only.getFileName();
        }
    }

    private static Outcome hyena(String command, Path place) {
        return SmallRun.bare("local[1]", List.of(command, place.toString()));
    }

    @Test
    void aManifestThatCannotBeReadIsAFaultOfTheRun() {
        Outcome outcome = hyena("verify", directory.resolve("run"));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(outcome.results()).contains("\"checkpoints\":1,\"valid\":false");
        assertThat(outcome.messages()).contains("hyena verify: " + manifest + ": ");
    }

    @Test
    void aRunWithoutItsTokenizerIsDamaged() throws IOException {
        Path whole = directory.resolve("whole");
        FileUtils.copyDirectory(FROZEN.toFile(), whole.toFile());
        assertThat(hyena("verify", whole).code()).isZero();
        Files.delete(whole.resolve("tokenizer.json"));
        Outcome outcome = hyena("verify", whole);
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(outcome.messages()).contains("hyena verify: there is no " + whole + "/tokenizer.json");
    }

    /** As when a training commits the next one while this one is read. */
    @Test
    void whatRetentionDeletesMeanwhileIsNoFault() throws IOException {
        String run = directory.resolve("whole").toString();
        FileUtils.copyDirectory(FROZEN.toFile(), Path.of(run).toFile());
        Storage storage = Storage.local();
        List<CheckpointStore.Listed> listing =
                CheckpointStore.open(storage, run).listing();
        List<String> faults = new ArrayList<>();
        assertThat(VerifyJob.verified(storage, run, listing, faults::add)).isEqualTo(1);
        storage.delete(Storage.resolve(run, "data"));
        assertThat(VerifyJob.verified(storage, run, listing, faults::add)).isEqualTo(1);
        assertThat(faults).hasSize(1);
        storage.delete(Storage.resolve(run, listing.get(0).path()));
        assertThat(VerifyJob.verified(storage, run, listing, faults::add)).isZero();
        assertThat(faults).as("no new one").hasSize(1);
    }

    @Test
    void andOfAFitting() throws IOException {
        var fitting = new FittingDirectory(
                Files.createDirectory(directory.resolve("fitting")).toString());
        Files.writeString(Path.of(fitting.settings()), "{\"fit\":{\"folds\":0,\"models\":1}}");
        damage(Path.of(fitting.run("model-1")));
        Outcome outcome = hyena("verify", Path.of(fitting.uri()));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(outcome.messages()).contains("model-1/" + manifest + ": ");
    }

    /** As an older version could leave one. */
    @Test
    void allThatSharesADirectoryIsChecked() throws IOException {
        Path shared = directory.resolve("shared");
        FileUtils.copyDirectory(FROZEN.toFile(), shared.toFile());
        FileUtils.copyDirectory(FROZEN.resolveSibling("dataset").toFile(), shared.toFile());
        Path object;
        try (Stream<Path> objects = Files.walk(shared.resolve("train"))) {
            object = objects.filter(file -> file.toString().endsWith(".bin"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(object, "damaged");
        Outcome outcome = hyena("verify", shared);
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(outcome.results())
                .contains("\"run\":", "\"checkpoints\":1,\"dataset\":", "\"objects\":", "\"valid\":false");
        assertThat(outcome.messages()).contains(object.getFileName().toString());
    }

    @Test
    void aRunWithoutAManifestThatCanBeReadIsDamagedAndNotNothing() {
        Outcome outcome = hyena("inspect", directory.resolve("run"));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(outcome.messages()).contains("a valid checkpoint", "1, none of them valid");
    }
}
