package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit.Outcome;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.testing.Nights;
import io.github.hyenaspark.data.token.BpeTrainer;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.data.token.WordCounts;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MeetingFileSystem;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset that grows night after night. */
class IncrementalTest {
    @TempDir
    Path directory;

    private TestCorpus corpus;

    @BeforeEach
    void writeCorpus() throws IOException {
        corpus = new TestCorpus(directory);
        for (int i = 0; i < 6; i++) {
            corpus.add("night-1/" + i + ".txt", ("text " + i + " ").repeat(60));
        }
    }

    @Test
    @Tag("goal-9")
    void onlyNewFilesAreWork() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        // before the old files in the order of paths, too
        corpus.add("a-night/0.txt", "before").add("night-2/0.txt", "behind");
        InputPlan plan = corpus.plan(corpus.config());

        assertThat(paths(plan.pending())).containsExactly("a-night/0.txt", "night-2/0.txt");
        DatasetSnapshot second = corpus.prepare(corpus.config()).snapshot();
        assertThat(second.segments().subList(0, first.segments().size())).isEqualTo(first.segments());
        assertThat(second.documents(Split.TRAIN)).isEqualTo(8);
    }

    @Test
    @Tag("goal-17")
    void aChangedFileStopsTheRunWithItsName() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        corpus.add("night-1/3.txt", "changed").add("night-2/0.txt", "new");

        assertThatThrownBy(() -> corpus.prepare(corpus.config()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("file:" + corpus.input() + "/night-1/3.txt: expected the file that was"
                        + " prepared, 420 bytes of ")
                .hasMessageContaining(", found a changed one, 7 bytes of ")
                .hasMessageEndingWith("; nothing has been committed; set data.on-changed=replace to prepare it again,"
                        + " or keep to leave its documents as they are, or restore it");
        assertThat(newest()).isEqualTo(first);
    }

    @Test
    void aChangedFileIsReplacedIfAskedFor() throws IOException {
        corpus.prepare(corpus.config());
        corpus.add("night-1/3.txt", "changed");
        DatasetSnapshot second =
                corpus.prepare(corpus.settings("data.on-changed=replace")).snapshot();

        assertThat(second.documents(Split.TRAIN)).isEqualTo(6);
        assertThat(second.textBytes(Split.TRAIN)).isEqualTo(5 * 420 + 7);
        assertThat(corpus.prepare(corpus.config()).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void documentsOfAFileThatIsGoneStayUnlessPruned() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        Files.delete(corpus.input().resolve("night-1/3.txt"));

        assertThat(corpus.prepare(corpus.config()).snapshot()).isEqualTo(first);
        DatasetSnapshot pruned =
                corpus.prepare(corpus.settings("data.prune=true")).snapshot();
        assertThat(pruned.documents(Split.TRAIN)).isEqualTo(5);
        assertThat(corpus.prepare(corpus.settings("data.prune=true")).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    /** Of the first units one loses a file of several, another its only one. */
    @Test
    void filesThatAreGoneWhenTheirTurnComesAreAsIfNeverListed() throws IOException {
        DataConfig config = corpus.settings("data.unit-bytes=850", "data.max-bad-fraction=0.4");
        corpus.add("night-1/bad.txt", new byte[] {'a', (byte) 0xFF}).add("night-2/0.txt", "x".repeat(850));
        InputPlan plan = corpus.plan(config);
        assertThat(plan.pending().stream().map(unit -> unit.slices().size())).containsExactly(2, 2, 3, 1);
        Files.delete(corpus.input().resolve("night-1/1.txt"));
        Files.delete(corpus.input().resolve("night-2/0.txt"));
        for (WorkUnit unit : plan.pending()) {
            corpus.run(unit, config);
            corpus.run(unit, config); // as the attempt of a task that is repeated
        }
        DatasetSnapshot first = corpus.commit(config, plan).snapshot();
        assertThat(first.documents(Split.TRAIN)).isEqualTo(5);
        assertThat(corpus.plan(config).isUnchanged()).isTrue();

        corpus.add("night-1/1.txt", "back").add("night-2/0.txt", "back, too");
        assertThat(paths(corpus.plan(config).pending())).containsExactly("night-1/1.txt", "night-2/0.txt");
        assertThat(corpus.prepare(config).snapshot().documents(Split.TRAIN)).isEqualTo(7);
        assertThat(DatasetVerification.run(corpus.storage(), corpus.dataset().toString())
                        .faults())
                .isEmpty();
    }

    /** It may have been on a disk that is not mounted here. */
    @Test
    void aFileThatIsGoneWithItsFolderStopsItsUnit() throws IOException {
        corpus.add("night-2/0.txt", "x".repeat(850));
        assertLastUnitStops("night-2/0.txt", "night-2");
    }

    /** Other units may have read the rest of it. */
    @Test
    void aFileInSlicesThatIsGoneStopsItsUnit() throws IOException {
        corpus.add("night-2/0.jsonl", "{\"text\":\"words\"}\n".repeat(100));
        assertLastUnitStops("night-2/0.jsonl");
    }

    /** If these are deleted before its turn, of which the first is its file. */
    private void assertLastUnitStops(String... deleted) throws IOException {
        DataConfig config = corpus.settings("data.unit-bytes=850");
        List<WorkUnit> units = corpus.plan(config).pending();
        for (String path : deleted) {
            Files.delete(corpus.input().resolve(path));
        }
        assertThatThrownBy(() -> corpus.run(units.get(units.size() - 1), config))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(deleted[0]);
    }

    /** As a folder is from which files are moved once they have been prepared. */
    @Test
    void anInputWithoutFilesChangesNothingUnlessItsDocumentsWouldGo() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        try (Stream<Path> files = Files.walk(corpus.input())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }

        assertThat(corpus.prepare(corpus.config()).outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(newest()).isEqualTo(first);
        assertThatThrownBy(() -> corpus.prepare(corpus.settings("data.prune=true")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no documents");
        corpus.add("night-2/0.txt", "");
        assertThat(corpus.prepare(corpus.config()).snapshot().documents(Split.TRAIN))
                .isEqualTo(7);
        assertThatThrownBy(() -> corpus.prepare(corpus.settings("data.prune=true")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no text, found 1 empty files");
        Files.delete(corpus.input().resolve("night-2/0.txt"));
        corpus.add("night-3/0.txt", "new again");
        assertThat(corpus.prepare(corpus.config()).snapshot().documents(Split.TRAIN))
                .isEqualTo(8);
    }

    @Test
    void aHeldOutFileMayGoAfterTheFirstNight() throws IOException {
        DataConfig config = corpus.config("3.txt", "night-1/4.txt");
        DatasetSnapshot first = corpus.prepare(config).snapshot();
        Files.delete(corpus.input().resolve("night-1/3.txt"));
        corpus.add("night-2/0.txt", "new");

        DatasetSnapshot second = corpus.prepare(config).snapshot();
        assertThat(second.documents(Split.TRAIN)).isEqualTo(first.documents(Split.TRAIN) + 1);
        assertThat(second.documents(Split.VALIDATION)).isEqualTo(2);
        for (String gone :
                List.of("night-1/0.txt", "night-1/1.txt", "night-1/2.txt", "night-1/5.txt", "night-2/0.txt")) {
            Files.delete(corpus.input().resolve(gone));
        }
        assertThat(corpus.prepare(config).snapshot())
                .as("with held-out files alone in the input")
                .isEqualTo(second);
    }

    @Test
    void aHeldOutFileThatNeverWasIsRefusedOnTheFirstNight() {
        assertThatThrownBy(() -> corpus.plan(corpus.config("night-1/9.txt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("data.validation-documents: there is no document \"night-1/9.txt\"");
    }

    @Test
    void jsonFilesThatTheDatasetHasAreReadBesideATextToo() throws IOException {
        var notes = new TestCorpus(directory.resolve("notes")).add("1.json", "{\"text\": \"one\"}\n");
        DataConfig config = notes.settings("data.prune=true");
        notes.prepare(config);
        notes.add("2.txt", "two").add("3.json", "{\"text\": \"three\"}\n");

        assertThat(notes.prepare(config).snapshot().documents(Split.TRAIN)).isEqualTo(3);
        Files.delete(notes.input().resolve("1.json"));
        assertThat(notes.prepare(config).snapshot().documents(Split.TRAIN)).isEqualTo(2);
    }

    @Test
    void aFileThatIsGoneIsNotLostBecauseItsNeighbourChanged() throws IOException {
        corpus.prepare(corpus.settings("data.unit-bytes=100000"));
        Files.delete(corpus.input().resolve("night-1/3.txt"));
        corpus.add("night-1/4.txt", "changed");

        assertThatThrownBy(() -> corpus.prepare(corpus.settings("data.unit-bytes=100000", "data.on-changed=replace")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("night-1/3.txt: expected the file, because it shares a work unit with the"
                        + " changed file:" + corpus.input() + "/night-1/4.txt, found no such file; nothing has been"
                        + " committed; restore it, or set data.prune=true");
    }

    @Test
    void neighboursOfAChangedFileAreAskedForTogether() throws IOException {
        corpus.prepare(corpus.settings("data.unit-bytes=100000"));
        corpus.add("night-1/4.txt", "changed");
        DataConfig config = corpus.settings(
                "data.input=meeting:" + corpus.input(), "data.unit-bytes=100000", "data.on-changed=replace");
        Storage storage = MeetingFileSystem.storage(5);

        assertThat(paths(InputPlan.of(storage, DatasetSpec.of(storage, config)).pending()))
                .hasSize(6);
    }

    /** Such as by a copy into HDFS that does not keep the times. */
    @Test
    void filesThatWereWrittenAgainAreAskedForTogetherAndOnce() throws IOException {
        DataConfig config = corpus.settings("data.input=meeting:" + corpus.input(), "data.min-age=1h");
        DataConfig dryRun = corpus.settings("data.input=meeting:" + corpus.input(), "data.dry-run=true");
        for (int i = 0; i < 6; i++) {
            longAgo("night-1/" + i + ".txt");
        }
        Storage alone = MeetingFileSystem.storage(0);
        DatasetSnapshot first =
                Nights.prepare(alone, DatasetSpec.of(alone, config)).snapshot();
        for (int i = 0; i < 6; i++) {
            Files.setLastModifiedTime(corpus.input().resolve("night-1/" + i + ".txt"), FileTime.from(Instant.now()));
        }
        MeetingFileSystem.ASKED.set(0);
        Storage storage = MeetingFileSystem.storage(6);

        assertThat(InputPlan.of(storage, DatasetSpec.of(storage, dryRun)).isDone())
                .isTrue();
        assertThat(InputPlan.of(storage, DatasetSpec.of(storage, config)).isDone())
                .isTrue();
        assertThat(MeetingFileSystem.ASKED).hasValue(12);
        assertThat(InputPlan.of(storage, DatasetSpec.of(storage, config)).isDone())
                .isTrue();
        assertThat(MeetingFileSystem.ASKED).hasValue(12);
        assertThat(newest()).isEqualTo(first);
        assertThat(DatasetVerification.run(corpus.storage(), corpus.dataset().toString())
                        .faults())
                .isEmpty();
        corpus.add("night-1/3.txt", "TEXT 3 ".repeat(60));
        longAgo("night-1/3.txt");
        assertThatThrownBy(() -> InputPlan.of(storage, DatasetSpec.of(storage, config)))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("night-1/3.txt: expected the file that was prepared");
    }

    @Test
    void filesOfAUnitThatHasLostAnObjectAreAskedForTogether() throws IOException {
        DatasetSnapshot first =
                corpus.prepare(corpus.settings("data.unit-bytes=100000")).snapshot();
        Files.delete(corpus.dataset()
                .resolve(corpus.shards(first, Split.TRAIN).get(0).file()));
        DataConfig config = corpus.settings("data.input=meeting:" + corpus.input(), "data.unit-bytes=100000");
        Storage storage = MeetingFileSystem.storage(6);

        assertThat(paths(InputPlan.of(storage, DatasetSpec.of(storage, config)).pending()))
                .hasSize(6);
    }

    @Test
    void aDatasetInsideItsInputIsNoInput() throws IOException {
        String inside = "data.dataset=" + corpus.input() + "/dataset";
        assertThat(corpus.prepare(corpus.settings(inside)).snapshot().documents(Split.TRAIN))
                .isEqualTo(6);
        assertThat(corpus.prepare(corpus.settings(inside)).outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThatThrownBy(() -> corpus.plan(corpus.settings("data.dataset=" + corpus.input())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "data.dataset: found " + corpus.input() + ", which has every file of data.input ");
    }

    @Test
    void aTokenizersFileMayMove() throws IOException {
        byte[] file = BpeTrainer.train(List.of(new WordCounts.WordCount("text", 9)), 260, 1)
                .file();
        Path old = Files.write(directory.resolve("old.json"), file);
        corpus.prepare(corpus.settings("data.tokenizer=" + old));
        Path moved = Files.move(
                old, Files.createDirectory(directory.resolve("folder")).resolve("tokenizer.json"));

        assertThat(corpus.prepare(corpus.settings("data.tokenizer=" + moved)).outcome())
                .isEqualTo(Outcome.UNCHANGED);
        assertThat(corpus.prepare(corpus.settings("data.tokenizer=" + moved.getParent()))
                        .outcome())
                .isEqualTo(Outcome.UNCHANGED);
        assertThatThrownBy(() -> corpus.plan(corpus.settings("data.tokenizer=" + old)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.tokenizer: there is no file:" + old + ", expected " + Tokenizer.EXPECTED);
    }

    @Test
    void anIntervalChoosesAmongNewFilesOnly() throws IOException {
        for (int i = 0; i < 6; i++) {
            Files.setLastModifiedTime(
                    corpus.input().resolve("night-1/" + i + ".txt"),
                    FileTime.from(Instant.parse("2026-03-0" + (i + 1) + "T12:00:00Z")));
        }
        var firstDays = corpus.prepare(corpus.settings("data.interval-end=2026-03-03"));
        var nextDay = corpus.prepare(
                corpus.settings("data.interval-start=2026-03-03", "data.interval-end=2026-03-04T00:00:00+00:00"));
        var sameDay = corpus.prepare(corpus.settings("data.interval-start=2026-03-03", "data.interval-end=2026-03-04"));

        assertThat(firstDays.snapshot().documents(Split.TRAIN)).isEqualTo(2);
        assertThat(nextDay.snapshot().documents(Split.TRAIN)).isEqualTo(3);
        assertThat(sameDay.outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    /** Such as one that was renamed into place after the run of its own interval. */
    @Test
    void aLateFileIsTakenAndCounted() throws IOException {
        long before = corpus.prepare(corpus.config()).snapshot().documents(Split.TRAIN);
        corpus.add("night-2/late.txt", "late but taken");
        Files.setLastModifiedTime(
                corpus.input().resolve("night-2/late.txt"), FileTime.from(Instant.parse("2026-03-01T01:50:00Z")));
        DataConfig night = corpus.settings("data.interval-start=2026-03-02", "data.interval-end=2026-03-03");

        assertThat(corpus.plan(night).left().late()).isEqualTo(1);
        assertThat(corpus.prepare(night).snapshot().documents(Split.TRAIN)).isEqualTo(before + 1);
    }

    @Test
    void aFileThatMayStillBeWrittenWaits() throws IOException {
        long before = corpus.prepare(corpus.config()).snapshot().documents(Split.TRAIN);
        corpus.add("night-2/0.txt", "just written");
        DataConfig careful = corpus.settings("data.min-age=1h");

        assertThat(corpus.plan(careful).left().waiting()).isEqualTo(1);
        assertThat(corpus.prepare(careful).outcome()).isEqualTo(Outcome.UNCHANGED);
        Files.setLastModifiedTime(
                corpus.input().resolve("night-2/0.txt"),
                FileTime.from(Instant.now().minusSeconds(3700)));
        assertThat(corpus.prepare(careful).snapshot().documents(Split.TRAIN)).isEqualTo(before + 1);
        assertThatThrownBy(() -> corpus.settings("data.min-age=soon"))
                .hasMessageContaining("data.min-age: found \"soon\", expected a time such as 0, 90s, 15m, 2h or 1d");
    }

    @Test
    void neighboursOfAFileThatMayStillBeWrittenWaitWithIt() throws IOException {
        DatasetSnapshot first =
                corpus.prepare(corpus.settings("data.unit-bytes=900")).snapshot();
        corpus.add("night-1/2.txt", "changed a while ago").add("night-1/3.txt", "just written");
        corpus.add("night-1/4.txt", "changed a while ago, too");
        longAgo("night-1/2.txt");
        longAgo("night-1/4.txt");
        DataConfig careful =
                corpus.settings("data.unit-bytes=900", "data.min-age=1h", "data.on-changed=replace", "data.prune=true");
        InputPlan plan = corpus.plan(careful);

        assertThat(plan.left().waiting()).isEqualTo(2);
        assertThat(paths(plan.pending())).containsExactly("night-1/4.txt", "night-1/5.txt");
        longAgo("night-1/3.txt");
        assertThat(paths(corpus.plan(careful).pending()))
                .containsExactly("night-1/2.txt", "night-1/3.txt", "night-1/4.txt", "night-1/5.txt");
        assertThat(newest()).isEqualTo(first);
    }

    @Test
    void aFileThatIsGoneStaysBesideOneThatMayNotBeRead() throws IOException {
        corpus.prepare(corpus.settings("data.unit-bytes=900"));
        Files.delete(corpus.input().resolve("night-1/2.txt"));
        corpus.add("night-1/3.txt", "just written");
        InputPlan stop = corpus.plan(corpus.settings("data.unit-bytes=900", "data.min-age=1h", "data.prune=true"));
        InputPlan keep = corpus.plan(corpus.settings("data.unit-bytes=900", "data.on-changed=keep", "data.prune=true"));

        assertThat(stop.isDone()).isTrue();
        assertThat(stop.left().waiting()).isEqualTo(1);
        assertThat(keep.isDone()).isTrue();
        assertThat(keep.left().changed()).isEqualTo(1);
    }

    private void longAgo(String path) throws IOException {
        Files.setLastModifiedTime(
                corpus.input().resolve(path), FileTime.from(Instant.now().minusSeconds(3700)));
    }

    @Test
    void aChangedFileMayKeepItsOldDocuments() throws IOException {
        corpus.prepare(corpus.config());
        corpus.add("night-1/3.txt", "longer than it was before ".repeat(40));
        DataConfig keep = corpus.settings("data.on-changed=keep");

        assertThat(corpus.plan(keep).left().changed()).isEqualTo(1);
        assertThat(corpus.prepare(keep).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    /** Other documents do not take the place of those that were lost. */
    @Test
    void aLostObjectThatCannotBeMadeAgainIsNamedWithItsFile() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        String lost = corpus.units(first).get(1).files().get(0).file();
        Files.delete(corpus.dataset().resolve(lost));
        Path file = corpus.input().resolve("night-1/3.txt");
        String expected = corpus.dataset() + "/" + lost + ": expected it, or what it was made from, file:" + file
                + " with 420 bytes of ";

        corpus.add("night-1/3.txt", "changed").add("night-2/0.txt", "new");
        assertThatThrownBy(() -> corpus.prepare(corpus.settings("data.on-changed=keep")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(expected)
                .hasMessageContaining(", found neither, but a changed file, 7 bytes of ")
                .hasMessageEndingWith("; nothing has been committed; restore one of the two, or let"
                        + " data.on-changed=replace prepare the file again");
        Files.delete(file);
        assertThatThrownBy(() -> corpus.prepare(corpus.config()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(expected)
                .hasMessageEndingWith(", found neither; nothing has been committed; restore one of the two, or set"
                        + " data.prune=true to let its documents go");
        assertThat(newest()).isEqualTo(first);

        assertThat(corpus.prepare(corpus.settings("data.prune=true")).snapshot().documents(Split.TRAIN))
                .isEqualTo(6);
        assertThat(DatasetVerification.run(corpus.storage(), corpus.dataset().toString())
                        .faults())
                .hasSize(1); // of the first snapshot
    }

    @Test
    void aFolderWithTheSameNamesIsNotTakenForTheOldOne() throws IOException {
        corpus.prepare(corpus.config());
        var other = new TestCorpus(directory.resolve("other")).add("night-1/3.txt", "another night");
        DataConfig config = corpus.settings("data.input=" + other.input(), "data.dataset=" + corpus.dataset());

        assertThatThrownBy(() -> corpus.prepare(config))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(
                        "it was file:" + corpus.input() + "/night-1/3.txt then: a dataset knows files by"
                                + " their path below data.input, so name the folder above both, or choose another data.dataset");
    }

    @Test
    void tooManyBadDocumentsCommitNothing() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        corpus.add("night-2/0.txt", "fine").add("night-2/1.txt", new byte[] {'a', (byte) 0xFF});

        assertThatThrownBy(() -> corpus.prepare(corpus.settings("data.max-bad-fraction=0.4")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected at most 0.4 of the documents to be bad, found 1 of 2 (0.5000), the"
                        + " first: night-2/1.txt at byte 1 (byte 0xFF is not UTF-8 here); nothing has been committed;"
                        + " fix them, or raise data.max-bad-fraction. All are listed in ")
                .hasMessageContaining("quarantine; zstdcat shows its .jsonl.zst files");
        assertThat(newest()).isEqualTo(first);
        assertThat(corpus.prepare(corpus.settings("data.max-bad-fraction=0.5"))
                        .snapshot()
                        .counts()
                        .bad())
                .isEqualTo(1);
    }

    /** Almost every unit has documents that a filter left out. */
    @Test
    void theBadDocumentThatIsToldOfIsNoFilteredOne() throws IOException {
        String[] settings = {"data.unit-bytes=400", "data.clean.min-bytes=3", "data.max-bad-fraction=0.1"};
        corpus.prepare(corpus.settings(settings));
        corpus.add("night-2/0.txt", "a")
                .add("night-2/1.txt", "many ".repeat(90))
                .add("night-2/2.txt", new byte[] {'a', 'b', 'c', (byte) 0xFF});
        assertThatThrownBy(() -> corpus.prepare(corpus.settings(settings)))
                .hasMessageContaining("the first: night-2/2.txt at byte 3 (byte 0xFF is not UTF-8 here)");
    }

    /** It counts as one bad document, however many it has. */
    @Test
    void anArchiveThatCannotBeReadIsWeighedByItsBytes() throws IOException {
        byte[] archive = lines(1000);
        corpus.add("night-2/1.jsonl.gz", archive)
                .add("night-2/2.jsonl.gz", archive)
                .add("night-2/3.jsonl.gz", Arrays.copyOf(archive, archive.length / 2));

        assertThatThrownBy(() -> corpus.prepare(corpus.settings("data.max-bad-fraction=0.1")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected at most 0.1 of the bytes to be in files that cannot be read, found "
                        + archive.length / 2 + " of ")
                .hasMessageContaining(", the first: night-2/3.jsonl.gz at byte ")
                .hasMessageContaining("; nothing has been committed; fix them, or raise data.max-bad-fraction. ");
        assertThat(corpus.prepare(corpus.settings("data.max-bad-fraction=0.5"))
                        .snapshot()
                        .counts()
                        .bad())
                .isEqualTo(1);
    }

    /** As a file that is one document and cannot be read. */
    @Test
    void aLargeTextThatCannotBeReadIsWeighedByItsBytes() throws IOException {
        byte[] large = "many words ".repeat(1000).getBytes(StandardCharsets.UTF_8);
        large[large.length - 1] = (byte) 0xFF;
        for (int i = 0; i < 9; i++) {
            corpus.add("night-2/" + i + ".txt", "few words " + i);
        }
        corpus.add("night-2/9.txt", large);

        assertThatThrownBy(() -> corpus.prepare(corpus.settings("data.max-bad-fraction=0.5")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected at most 0.5 of the bytes to be in files that cannot be read, found "
                        + large.length + " of ");
        assertThat(corpus.prepare(corpus.settings("data.max-bad-fraction=1"))
                        .snapshot()
                        .counts()
                        .bad())
                .isEqualTo(1);
    }

    private static byte[] lines(int count) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < count; i++) {
                out.write(("{\"text\":\"line " + i * i + "\"}\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private DatasetSnapshot newest() throws IOException {
        return DatasetSnapshot.newest(corpus.storage(), corpus.dataset().toString());
    }

    private static List<String> paths(List<WorkUnit> units) {
        return units.stream()
                .flatMap(unit -> unit.slices().stream())
                .map(Slice::file)
                .map(file -> file.path())
                .toList();
    }
}
