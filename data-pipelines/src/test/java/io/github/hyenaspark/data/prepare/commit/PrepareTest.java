package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit.Outcome;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.testing.ShardOracle;
import io.github.hyenaspark.io.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareTest {
    private static final int L = 512;

    @TempDir
    Path directory;

    private TestCorpus corpus;

    @BeforeEach
    void writeCorpus() throws IOException {
        corpus = new TestCorpus(directory);
        corpus.add("empty.txt", "")
                .add("one.txt", "x")
                .add("l.txt", "l".repeat(L))
                .add("l+1.txt", "m".repeat(L + 1))
                .add("sub/characters.txt", "aß€𝄞\0\n".repeat(50))
                .add("sub/long.txt", "The quick brown fox. ".repeat(2000))
                .add("sub/other.txt", "x");
    }

    @Test
    @Tag("goal-12")
    void everyDocumentComesBackAsItsFilesBytes() throws IOException {
        DatasetSnapshot snapshot =
                corpus.prepare(corpus.config("l.txt", "sub/characters.txt")).snapshot();

        for (Split split : Split.values()) {
            List<byte[]> texts = texts(split, "l.txt", "sub/characters.txt");
            assertDatasetHolds(split, texts);
            List<int[]> throughMegatron = new ArrayList<>();
            for (ShardEntry shard : corpus.shards(snapshot, split)) {
                throughMegatron.addAll(
                        ShardOracle.throughMegatron(corpus.dataset().resolve(shard.file())));
            }
            assertThat(bytes(throughMegatron)).isDeepEqualTo(texts.toArray(byte[][]::new));
            long textBytes = texts.stream().mapToLong(text -> text.length).sum();
            assertThat(snapshot.documents(split)).isEqualTo(texts.size());
            assertThat(snapshot.textBytes(split)).isEqualTo(textBytes);
            assertThat(snapshot.tokens(split)).isEqualTo(textBytes + texts.size());
        }
        assertThat(snapshot.counts().bad()).isZero();
        assertThat(DatasetSnapshot.newest(corpus.storage(), corpus.dataset().toString()))
                .isEqualTo(snapshot);
    }

    @Test
    void theSameInputAgainChangesNoFile() throws IOException {
        var first = corpus.prepare(corpus.config());
        Map<String, FileTime> before = times();
        var second = corpus.prepare(corpus.config());

        assertThat(first.outcome()).isEqualTo(Outcome.CREATED);
        assertThat(second.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        assertThat(corpus.plan(corpus.config()).pending()).isEmpty();
        assertThat(times()).isEqualTo(before);
    }

    @Test
    @Tag("goal-6")
    void theOrderOfTheUnitsChangesNoByte() throws IOException {
        corpus.add("bad.txt", new byte[] {'a', (byte) 0xFF}).prepare(corpus.config("one.txt"));
        Map<String, String> expected = TestCorpus.files(corpus.dataset());

        for (int seed = 0; seed < 3; seed++) {
            Path other = directory.resolve("other-" + seed);
            DataConfig config = corpus.config(other, "one.txt");
            InputPlan plan = corpus.plan(config);
            List<WorkUnit> units = plan.fresh();
            assertThat(units).hasSizeGreaterThan(2);
            List<WorkUnit> mixed = new ArrayList<>(units);
            Collections.shuffle(mixed, new Random(seed));
            // Twice each: an attempt that is repeated must change nothing either.
            mixed.addAll(units);
            mixed.parallelStream().forEach(unit -> run(unit, config));
            corpus.commit(config, plan);

            assertThat(TestCorpus.files(other)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    @Tag("goal-6")
    void aCorpusThatWasCopiedGivesTheSameSnapshot() throws IOException {
        corpus.prepare(corpus.config("one.txt"));
        var copy = new TestCorpus(directory.resolve("copy"));
        for (Map.Entry<String, byte[]> file : inputs().entrySet()) {
            copy.add(file.getKey(), file.getValue());
            Files.setLastModifiedTime(copy.input().resolve(file.getKey()), FileTime.fromMillis(1_000_000));
        }
        copy.prepare(copy.config("one.txt"));

        assertThat(snapshots(copy.dataset())).isEqualTo(snapshots(corpus.dataset()));
    }

    @Test
    void changedOrMoreInputMakesTheNextSnapshot() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        var added = corpus.add("z/new.txt", "new").prepare(corpus.config());
        var changed = corpus.add("z/new.txt", "NEW!").prepare(corpus.settings("data.on-changed=replace"));

        assertThat(added.outcome()).isEqualTo(Outcome.CREATED);
        assertThat(added.snapshot().number()).isEqualTo(2);
        assertThat(added.snapshot().parent()).isEqualTo(first.sha256());
        assertThat(added.snapshot().documents(Split.TRAIN)).isEqualTo(8);
        assertThat(changed.snapshot().number()).isEqualTo(3);
        assertDatasetHolds(Split.TRAIN, texts(Split.TRAIN));
        assertThat(snapshots(corpus.dataset())).containsKey("00000001.json").hasSize(3);
    }

    @Test
    @Tag("goal-8")
    void onlyUnfinishedUnitsAreLeftAfterACrash() throws IOException {
        DataConfig config = corpus.config();
        InputPlan plan = corpus.plan(config);
        corpus.run(plan.fresh().get(1), config);

        List<WorkUnit> expected = new ArrayList<>(plan.fresh());
        expected.remove(1);
        assertThat(corpus.plan(config).pending()).isEqualTo(expected);
        assertThatThrownBy(() -> corpus.commit(config, plan))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unit " + plan.fresh().get(0).name() + " has no record")
                .hasMessageEndingWith("; run prepare again");
        assertThat(DatasetSnapshot.find(corpus.storage(), config.dataset())).isEmpty();
        assertThat(corpus.prepare(config).outcome()).isEqualTo(Outcome.CREATED);
    }

    @Test
    void aDamagedShardIsMadeAgain() throws IOException {
        DatasetSnapshot snapshot = corpus.prepare(corpus.config()).snapshot();
        Map<String, String> before = TestCorpus.files(corpus.dataset());
        Files.write(
                corpus.dataset()
                        .resolve(corpus.shards(snapshot, Split.TRAIN).get(0).file()),
                new byte[9]);
        Files.delete(corpus.dataset()
                .resolve(corpus.shards(snapshot, Split.TRAIN).get(1).index().file()));

        assertThat(corpus.prepare(corpus.config()).outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(TestCorpus.files(corpus.dataset())).isEqualTo(before);
    }

    @Test
    void textThatIsNotUtf8IsRefusedWithItsOffset() throws IOException {
        corpus.add("bad.txt", new byte[] {'a', 'b', (byte) 0xFF, 'c'})
                .add("sub/cut.txt", new byte[] {'a', (byte) 0xC3});
        DataConfig config = corpus.config();
        DatasetSnapshot snapshot = corpus.prepare(config).snapshot();

        assertThat(snapshot.counts().bad()).isEqualTo(2);
        assertThat(snapshot.documents(Split.TRAIN)).isEqualTo(7);
        assertThat(corpus.quarantine(snapshot))
                .containsExactly(
                        "bad.txt at 0, byte 2: byte 0xFF is not UTF-8 here",
                        "sub/cut.txt at 0, byte 2: the text ends inside a UTF-8 character");
        Files.delete(corpus.input().resolve("bad.txt"));
        Files.delete(corpus.input().resolve("sub/cut.txt"));
        assertDatasetHolds(Split.TRAIN, texts(Split.TRAIN));
    }

    @Test
    void nothingIsCommittedWhenEveryDocumentIsRefused(@TempDir Path other) throws IOException {
        var bad = new TestCorpus(other).add("a.txt", new byte[] {(byte) 0x80}).add("b.txt", new byte[] {(byte) 0xFF});

        assertThatThrownBy(() -> bad.prepare(bad.config()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(bad.input() + ": expected at least one usable document, found none: 2 were bad and 0"
                        + " filtered, the first: a.txt at byte 0 (byte 0x80 is not UTF-8 here); nothing has been"
                        + " committed");
        assertThat(DatasetSnapshot.find(bad.storage(), bad.dataset().toString()))
                .isEmpty();
    }

    @Test
    void aDocumentBehindOthersIsToldByItsPlaceAndTheFaultByThatInItsText(@TempDir Path other) throws IOException {
        var lines = new ByteArrayOutputStream();
        lines.writeBytes("fine\nfine\nno".getBytes(StandardCharsets.UTF_8));
        lines.write(0xFF);
        lines.write('\n');
        var bad = new TestCorpus(other).add("a.txt", lines.toByteArray());

        assertThatThrownBy(() -> bad.prepare(bad.settings("data.source.documents=line", "data.max-bad-fraction=0.1")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(
                        "the first: a.txt, the document at 10 (byte 0xFF is not UTF-8 here, at byte 2 of its text);");
    }

    @Test
    @Tag("goal-17")
    void aDocumentThatChangedSinceItWasListedStopsItsUnit() throws IOException {
        DataConfig config = corpus.config();
        WorkUnit unit = corpus.plan(config).fresh().get(0);
        corpus.add("empty.txt", "no more");

        assertThatThrownBy(() -> corpus.run(unit, config))
                .isInstanceOf(IOException.class)
                .hasMessage("file file:" + corpus.input() + "/empty.txt has changed since it was listed: listed with"
                        + " 0 bytes, found at least 7; run prepare again");
    }

    @Test
    @Tag("goal-17")
    void otherSettingsNeedAnotherDataset() throws IOException {
        corpus.prepare(corpus.config());

        assertThatThrownBy(() -> corpus.prepare(corpus.config("one.txt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.dataset: " + corpus.dataset() + " was prepared with other settings: found"
                        + " {validation-documents=one.txt}, expected {validation-fraction=0.0}; choose another"
                        + " data.dataset or the old settings");
    }

    @Test
    void aDatasetWithoutSnapshotSaysWhatToDo() {
        assertThatThrownBy(() -> DatasetSnapshot.newest(corpus.storage(), directory + "/none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.dataset: there is no snapshot in " + directory + "/none; run prepare first");
    }

    @Test
    void anOlderSnapshotIsFoundByItsNumber() throws IOException {
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        DatasetSnapshot second =
                corpus.add("more.txt", "more").prepare(corpus.config()).snapshot();
        String dataset = corpus.dataset().toString();

        assertThat(DatasetSnapshot.numbered(corpus.storage(), dataset, "1")).isEqualTo(first);
        assertThat(DatasetSnapshot.numbered(corpus.storage(), dataset, "00000001"))
                .isEqualTo(first);
        assertThat(DatasetSnapshot.numbered(corpus.storage(), dataset, "")).isEqualTo(second);
        for (String none : List.of("3", "newest")) {
            assertThatThrownBy(() -> DatasetSnapshot.numbered(corpus.storage(), dataset, none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("data.snapshot: found \"" + none + "\", expected the number of a snapshot of " + dataset
                            + ", at most 2");
        }
    }

    private void run(WorkUnit unit, DataConfig config) {
        try {
            corpus.run(unit, config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertDatasetHolds(Split split, List<byte[]> texts) throws IOException {
        assertThat(bytes(ShardOracle.throughMds(corpus.dataset().resolve(split.folder()))))
                .isDeepEqualTo(texts.toArray(byte[][]::new));
    }

    /** The texts of the input by path: those that are named, or the others. */
    private List<byte[]> texts(Split split, String... validationPaths) throws IOException {
        List<String> named = List.of(validationPaths);
        return inputs().entrySet().stream()
                .filter(file -> named.contains(file.getKey()) == (split == Split.VALIDATION))
                .map(Map.Entry::getValue)
                .toList();
    }

    private Map<String, byte[]> inputs() throws IOException {
        Map<String, byte[]> inputs = new TreeMap<>();
        TestCorpus.files(corpus.input())
                .forEach((path, text) -> inputs.put(path, text.getBytes(StandardCharsets.ISO_8859_1)));
        return inputs;
    }

    private static Map<String, String> snapshots(Path dataset) throws IOException {
        return TestCorpus.files(dataset.resolve("snapshots"));
    }

    private Map<String, FileTime> times() throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        for (String file : TestCorpus.files(corpus.dataset()).keySet()) {
            times.put(file, Files.getLastModifiedTime(corpus.dataset().resolve(file)));
        }
        return times;
    }

    /** Tokens as bytes, after their last one has been seen to end the document. */
    private static byte[][] bytes(List<int[]> documents) {
        List<byte[]> texts = new ArrayList<>();
        for (int[] tokens : documents) {
            var text = new ByteArrayOutputStream();
            for (int token : tokens) {
                text.write(token);
            }
            byte[] all = text.toByteArray();
            assertThat(all[all.length - 1]).isEqualTo((byte) 0xFF);
            texts.add(Arrays.copyOf(all, all.length - 1));
        }
        return texts.toArray(byte[][]::new);
    }
}
