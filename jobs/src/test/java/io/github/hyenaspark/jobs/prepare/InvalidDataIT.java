package io.github.hyenaspark.jobs.prepare;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class InvalidDataIT {
    @TempDir
    Path directory;

    private String dataset;

    @BeforeEach
    void prepare() throws IOException {
        dataset = SmallRun.prepare(directory);
    }

    private Outcome train(String... more) {
        String[] arguments = Stream.concat(
                        Stream.of("data.dataset=" + dataset, "run.dir=" + directory.resolve("run")), Stream.of(more))
                .toArray(String[]::new);
        return hyena("local[1]", "train", arguments);
    }

    private static void assertEnds(Outcome outcome, int code, String... message) {
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(code);
        assertThat(outcome.messages()).contains(message).doesNotContain("\tat ");
        assertThat(outcome.results()).isEmpty();
    }

    private static List<Path> files(Path directory, String pattern) throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            return found.filter(file -> file.toString().matches(pattern)).toList();
        }
    }

    private static void truncate(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
    }

    @Test
    void aSequenceLongerThanEveryDocumentIsRefused() {
        assertEnds(train("model.l-max=100000"), 2, "hyena train: model.l-max: found 100000, expected at most ");
    }

    @Test
    void aTruncatedShardIsNamed() throws IOException {
        Path shard = files(Path.of(dataset), ".*/train/.*\\.bin").get(0);
        truncate(shard);
        assertEnds(train(), 3, "hyena train: ", shard.getFileName().toString(), "expected", "found");
    }

    @Test
    void prepareMakesATruncatedShardAgain() throws IOException {
        Path shard = files(Path.of(dataset), ".*/train/.*\\.bin").get(0);
        long bytes = Files.size(shard);
        Files.delete(shard);
        Outcome outcome =
                hyena("local[1]", "prepare", "data.input=" + directory.resolve("corpus"), "data.dataset=" + dataset);
        assertThat(outcome.json().get("outcome").textValue()).isEqualTo("unchanged");
        assertThat(outcome.json().get("prepared_units").intValue()).isEqualTo(1);
        assertThat(Files.size(shard)).isEqualTo(bytes);
    }

    @Test
    void prepareAgainDoesNothing() throws IOException {
        Outcome outcome = hyena(
                "no-such-master", "prepare", "data.input=" + directory.resolve("corpus"), "data.dataset=" + dataset);
        assertThat(outcome.json().get("outcome").textValue()).isEqualTo("unchanged");
        assertThat(outcome.json().get("prepared_units").intValue()).isZero();
    }

    @Test
    void workThatIsNotCommittedStaysUntilPrepareCommits() throws IOException {
        Path bad = Files.write(directory.resolve("corpus/bad.txt"), new byte[] {(byte) 0xFF});
        String[] prepare = {"data.input=" + directory.resolve("corpus"), "data.dataset=" + dataset};
        assertThat(hyena("local[1]", "prepare", prepare).code()).isEqualTo(3);
        Path epoch = Path.of(dataset, "epoch.json");
        assertThat(epoch).exists();
        assertThat(vacuumed()).isZero();

        Files.delete(bad);
        assertThat(hyena("local[1]", "prepare", prepare).json().get("outcome").textValue())
                .isEqualTo("unchanged");
        assertThat(epoch).doesNotExist();
        assertThat(vacuumed()).isPositive();
    }

    private int vacuumed() throws IOException {
        return hyena("no-such-master", "vacuum", "data.dataset=" + dataset, "vacuum.older-than-hours=0")
                .json()
                .get("deleted_files")
                .intValue();
    }

    @Test
    @Tag("fault-9")
    void aDamagedCheckpointIsPassedOverAndNoneLeftIsInvalid() throws IOException {
        String theta = train("run.stop-after-rounds=4").theta();
        Path run = directory.resolve("run");
        truncate(files(run, ".*/data/000000000004.*/theta\\.safetensors").get(0));
        assertThat(train("run.stop-after-rounds=4").theta()).isEqualTo(theta);
        for (Path file : files(run, ".*/data/.*\\.safetensors")) {
            truncate(file);
        }
        assertEnds(train(), 3, "hyena train: ", "a valid checkpoint", "choose another run.dir");
        assertEnds(SmallRun.bare("none", List.of("inspect", run.toString(), "--json")), 3, "a valid checkpoint");
    }

    @Test
    @Tag("goal-17")
    void aCheckpointOfAnotherTokenizerIsRefused() throws IOException {
        train("run.stop-after-rounds=1");
        String run = directory.resolve("run").toString();
        CheckpointStore store = CheckpointStore.open(Storage.local(), run);
        store.beginEpoch();
        Checkpoint real = store.newestValid().orElseThrow();
        store.save(
                new Checkpoint(
                        2,
                        real.tokens(),
                        real.settings(),
                        real.dataset(),
                        real.datasetSha256(),
                        "another-tokenizer",
                        real.vocabularySize(),
                        real.vectors(),
                        real.table(),
                        real.orders(),
                        real.numerics(),
                        real.journalBytes(),
                        real.progress(),
                        real.workers()),
                2);
        assertEnds(train(), 2, "expected that of the checkpoint in " + run + " (another-tokenizer)", real.tokenizer());
        assertEnds(hyena("none", "generate", "run.dir=" + run), 3, "another-tokenizer", real.tokenizer());
    }

    @Test
    @Tag("fault-17")
    void aRunGoesOnWithTheSnapshotItBeganWith() throws IOException {
        String half = train("run.stop-after-rounds=3").theta();
        Files.writeString(directory.resolve("corpus/new.txt"), "more text ".repeat(100));
        Outcome grown =
                hyena("local[1]", "prepare", "data.input=" + directory.resolve("corpus"), "data.dataset=" + dataset);
        assertThat(grown.json().get("documents").intValue()).isEqualTo(5);
        assertThat(train("run.stop-after-rounds=3").theta()).isEqualTo(half);
        assertEnds(train("data.snapshot=2"), 2, "data.dataset: " + dataset + " has another snapshot 2");
        assertThat(train().json().get("round").intValue()).isEqualTo(6);
    }
}
