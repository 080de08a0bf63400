package io.github.hyenaspark.jobs;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not belong together stops the command, with a message that names both sides. */
@Tag("goal-17")
class RefusalIT {
    private static final String BYTES = Tokenizer.of("bytes").fingerprint();
    private static final String DNA = Tokenizer.of("dna").fingerprint();
    private static final String GPT2 = Tokenizer.of("gpt2").fingerprint();

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset;

    @BeforeAll
    static void prepareOnce() throws IOException {
        dataset = SmallRun.prepare(shared);
    }

    private static String[] input(String... more) {
        return Stream.concat(
                        Stream.of("data.input=" + shared.resolve("corpus"), "data.dataset=" + dataset), Stream.of(more))
                .toArray(String[]::new);
    }

    private static void assertRefused(Outcome outcome, int code, String... message) throws IOException {
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(code);
        assertThat(outcome.messages()).contains(message).doesNotContain("\tat ");
        assertThat(outcome.results()).isEmpty();
        try (Stream<Path> snapshots = Files.list(Path.of(dataset, "snapshots"))) {
            assertThat(snapshots.count()).isEqualTo(1);
        }
    }

    @Test
    void anotherTokenizerIsNotMixedIntoADataset() throws IOException {
        assertRefused(
                hyena("no-such-master", "prepare", input("data.tokenizer=gpt2")),
                2,
                "hyena prepare: data.tokenizer: found gpt2 (" + GPT2 + "), expected the tokenizer of " + dataset
                        + ", bytes (" + BYTES + "); choose another data.dataset or that tokenizer");
    }

    @Test
    void otherSettingsAreNotMixedIntoADataset() throws IOException {
        assertRefused(
                hyena("no-such-master", "prepare", input("data.clean.normalisation=nfc")),
                2,
                "found {clean.normalisation=NFC}, expected {clean.normalisation=NONE}; choose another data.dataset or"
                        + " the old settings");
    }

    @Test
    void aChangedFileStopsPrepareWithItsName() throws IOException {
        Path file = shared.resolve("corpus/1.txt");
        byte[] before = Files.readAllBytes(file);
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, "changed");
        assertRefused(
                hyena("no-such-master", "prepare", input()),
                3,
                "hyena prepare: file:" + file + ": expected the file that was prepared, " + before.length + " bytes",
                "found a changed one, 7 bytes");
        Files.write(file, before);
        Files.setLastModifiedTime(file, time);
    }

    @Test
    void aTokenizerThatIsNotTheDatasetsIsNotTrainedWith() throws IOException {
        assertRefused(
                hyena(
                        "no-such-master",
                        "train",
                        "data.dataset=" + dataset,
                        "run.dir=" + directory.resolve("run"),
                        "data.tokenizer=dna"),
                2,
                "hyena train: data.tokenizer: found dna (" + DNA + "), expected the tokenizer of " + dataset
                        + ", bytes (" + BYTES + ")");
        assertRefused(
                hyena(
                        "no-such-master",
                        "train",
                        "data.dataset=" + dataset,
                        "run.dir=" + directory.resolve("run"),
                        "data.tokenizer=none.json"),
                2,
                "hyena train: data.tokenizer: there is no "
                        + Path.of("none.json").toAbsolutePath());
    }

    @Test
    @Tag("fault-17")
    void aRunIsNotGoneOnWithOnADatasetOfAnotherTokenizer() throws IOException {
        String run = "run.dir=" + directory.resolve("run");
        hyena("local[1]", "train", "data.dataset=" + dataset, run, "run.stop-after-rounds=1")
                .json();
        assertRefused(
                hyena("no-such-master", "score", input(run, "score.output=" + directory, "data.tokenizer=dna")),
                2,
                "hyena score: data.tokenizer: found dna (" + DNA + "), expected the tokenizer of "
                        + directory.resolve("run") + ", bytes (" + BYTES + "); leave it out");
        String other = "data.dataset=" + directory.resolve("other");
        hyena("local[1]", "prepare", input(other, "data.tokenizer=gpt2")).json();
        assertRefused(
                hyena("no-such-master", "train", other, run),
                2,
                "hyena train: data.dataset: " + directory.resolve("other") + " has the tokenizer gpt2 (" + GPT2
                        + "), expected that of the checkpoint in " + directory.resolve("run") + " (" + BYTES + ")");
    }

    /** Which keeps its tokenizer before it saves anything else. */
    @Test
    void aRunStoppedBeforeItsFirstCheckpointIsNotGoneOnWithOnADatasetOfAnotherTokenizer() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.write(run.resolve("tokenizer.json"), Tokenizer.of("gpt2").file());
        assertRefused(
                hyena("local[1]", "train", "data.dataset=" + dataset, "run.dir=" + run),
                2,
                "hyena train: data.dataset: " + dataset + " has the tokenizer bytes (" + BYTES
                        + "), expected that with which the run in " + run + " began (" + GPT2
                        + "); choose another run.dir, or the dataset of that run");
    }

    /** Before a session starts, so that a driver which trains the run elsewhere is not disturbed. */
    @Test
    void aLengthThatDoublingDoesNotReachIsRefusedBeforeAnythingStarts() throws IOException {
        String start = "train.length-schedule.start=5";
        String refused = "train.length-schedule.start must be model.l-max = 32 divided by a power of two, found 5";
        Path run = directory.resolve("run");
        for (String dry : new String[] {"true", "false"}) {
            String[] train = {"data.dataset=" + dataset, "run.dir=" + run, start, "run.dry-run=" + dry};
            assertRefused(hyena("no-such-master", "train", train), 2, "hyena train: " + refused);
        }
        assertThat(run).doesNotExist();
        Outcome memory = SmallRun.bare("no-such-master", List.of("inspect", "memory", "model.l-max=32", start));
        assertRefused(memory, 2, refused);
    }

    @Test
    void anIdThatNoTokenTypeHoldsIsRefusedBeforeAnythingIsWritten() throws IOException {
        String json = new String(Tokenizer.of("gpt2").file(), StandardCharsets.UTF_8);
        String last = "50255";
        assertThat(json).contains(last);
        Path file = Files.writeString(directory.resolve("tokenizer.json"), json.replace(last, "5000000000"));
        String other = "data.dataset=" + directory.resolve("other");
        Outcome outcome = hyena("no-such-master", "prepare", input(other, "data.tokenizer=" + file));
        assertRefused(outcome, 3, "hyena prepare: " + file + ": expected ", "found ");
        assertThat(directory.resolve("other/train")).doesNotExist();
    }
}
