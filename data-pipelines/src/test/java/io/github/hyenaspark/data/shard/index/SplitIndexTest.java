package io.github.hyenaspark.data.shard.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitIndexTest {
    private static final int UNITS = 12;
    private static final TokenType BYTES = TokenType.UINT8;

    @TempDir
    static Path directory;

    private static Storage storage = Storage.local();
    private static String dataset = "";
    private static DatasetSnapshot snapshot;

    /** Units of some documents each, two of them equal. */
    @BeforeAll
    static void prepare() throws IOException {
        var corpus = new TestCorpus(directory);
        Random random = new Random(1);
        for (int unit = 0; unit < UNITS; unit++) {
            for (int document = 0; document < 3; document++) {
                String text = Long.toString(random.nextLong() >>> 1, 36).repeat(1 + random.nextInt(90));
                corpus.add(String.format(Locale.ROOT, "%02d-%d.txt", unit, document), unit == 7 ? "the same" : text);
            }
        }
        storage = corpus.storage();
        dataset = corpus.dataset().toString();
        snapshot = corpus.prepare(corpus.config("03-1.txt")).snapshot();
        assertThat(shards()).hasSizeGreaterThan(8);
    }

    private static SplitIndex plain() throws IOException {
        return SplitIndex.of(storage, dataset, snapshot, Split.TRAIN);
    }

    private static List<SegmentIndex.Member> members() throws IOException {
        return SegmentIndex.members(SnapshotUnits.all(storage, dataset, snapshot), Split.TRAIN);
    }

    private static List<ShardEntry> shards() throws IOException {
        return TestCorpus.shards(storage, dataset, snapshot, Split.TRAIN);
    }

    private static void assertSame(SplitIndex found, SplitIndex expected) throws IOException {
        assertThat(found.documents()).isEqualTo(expected.documents());
        assertThat(found.shardCount()).isEqualTo(expected.shardCount());
        for (long document = 0; document < expected.documents(); document++) {
            assertThat(found.tokens(document)).isEqualTo(expected.tokens(document));
            assertThat(found.length(document)).isEqualTo(expected.length(document));
            assertThat(found.shardOf(document)).isEqualTo(expected.shardOf(document));
            assertThat(read(found, document)).isEqualTo(read(expected, document));
        }
    }

    private static int[] read(SplitIndex index, long document) throws IOException {
        int shard = index.shardOf(document);
        try (ShardReader reader = index.reader(storage, shard)) {
            int[] tokens = new int[(int) index.length(document)];
            reader.read((int) (document - index.firstDocument(shard)), 0, tokens, 0, tokens.length);
            return tokens;
        }
    }

    @Test
    void everyDocumentLiesWhereTheShardsIndexSays() throws IOException {
        SplitIndex index = plain();
        long document = 0;
        for (ShardEntry shard : shards()) {
            try (ShardReader reader = ShardReader.open(storage, dataset, shard, BYTES)) {
                for (int i = 0; i < reader.documents(); i++) {
                    int[] tokens = new int[(int) reader.tokens(i)];
                    reader.read(i, 0, tokens, 0, tokens.length);
                    assertThat(read(index, document++)).isEqualTo(tokens);
                }
            }
        }
        assertThat(index.documents()).isEqualTo(document);
        assertThat(LongStream.range(0, document).filter(index::isLeftOut).count())
                .as("two of three equal documents")
                .isEqualTo(2);
    }

    @Test
    void segmentsGiveTheSameIndexAsTheirShards() throws IOException {
        List<IndexSource.Part> parts = new ArrayList<>();
        List<SegmentIndex.Member> members = members();
        for (int from = 0; from < members.size(); from += 3) {
            List<SegmentIndex.Member> some = members.subList(from, Math.min(from + 3, members.size()));
            ObjectRef written =
                    SegmentIndex.write(storage, dataset, "segments/" + from + ".index", Split.TRAIN, BYTES, some);
            written.verify(storage, dataset);
            parts.add(new IndexSource.Part(written, Set.of()));
        }
        SplitIndex all = TestIndexes.ofShards(storage, dataset, Split.TRAIN, BYTES, members, Map.of());
        assertSame(TestIndexes.ofParts(storage, dataset, Split.TRAIN, BYTES, parts, Map.of()), all);

        String file = members.get(4).shard().file();
        Map<String, int[]> dropped = Map.of(file, new int[] {0});
        assertSame(
                TestIndexes.ofParts(storage, dataset, Split.TRAIN, BYTES, parts, dropped),
                TestIndexes.ofShards(storage, dataset, Split.TRAIN, BYTES, members, dropped));
    }

    @Test
    void unitsThatASnapshotLeavesOutHaveNoNumbers() throws IOException {
        ObjectRef written = SegmentIndex.write(storage, dataset, "segments/x.index", Split.TRAIN, BYTES, members());
        var part = new IndexSource.Part(written, Set.of(0, 5));
        List<SegmentIndex.Member> kept = members().stream()
                .filter(member -> !part.leftOut().contains(member.unit()))
                .toList();
        assertSame(
                TestIndexes.ofParts(storage, dataset, Split.TRAIN, BYTES, List.of(part), Map.of()),
                TestIndexes.ofShards(storage, dataset, Split.TRAIN, BYTES, kept, Map.of()));
    }

    /** Nine nights: new files, one that changed, some that are gone, and duplicates of earlier nights. */
    @Test
    void manySegmentsGiveTheIndexOfTheRemainingShards(@TempDir Path other) throws IOException {
        var corpus = new TestCorpus(other);
        String nights = corpus.dataset().toString();
        DatasetSnapshot newest = snapshot;
        for (int night = 0; night < 9; night++) {
            for (int file = 0; file < 2; file++) {
                corpus.add(night + "/" + file + ".txt", (night + " and " + file + " ").repeat(20 + 31 * night));
            }
            corpus.add(night + "/same.txt", "what is in every night");
            if (night == 4) {
                corpus.add("3/1.txt", "changed");
                Files.delete(corpus.input().resolve("2/0.txt"));
            }
            newest = corpus.prepare(corpus.settings("data.on-changed=replace", "data.prune=true"))
                    .snapshot();
        }
        assertThat(newest.segments()).hasSize(9);
        assertThat(newest.segments().stream().filter(entry -> !entry.gone().isEmpty()))
                .hasSizeGreaterThan(1);
        SplitIndex expected = TestIndexes.ofShards(
                corpus.storage(),
                nights,
                Split.TRAIN,
                BYTES,
                SegmentIndex.members(SnapshotUnits.all(corpus.storage(), nights, newest), Split.TRAIN),
                SnapshotUnits.duplicates(corpus.storage(), nights, newest));
        assertThat(LongStream.range(0, expected.documents())
                        .filter(expected::isLeftOut)
                        .count())
                .isEqualTo(8);
        DatasetSnapshot.Ref ref = DatasetSnapshot.Ref.of(newest, nights);
        assertSame(SplitIndex.open(corpus.storage(), ref, Split.TRAIN), expected);
        assertOneFileForAllExecutors(corpus.storage(), ref, expected);
    }

    private static void assertOneFileForAllExecutors(Storage storage, DatasetSnapshot.Ref ref, SplitIndex expected)
            throws IOException {
        Path file = Path.of(ref.dataset(), "index", ref.sha256() + "-train.index");
        SplitScan scan = assertScanned(storage, ref, expected);
        scan.share();
        assertThat(file).exists();
        assertSame(SplitIndex.open(storage, ref, Split.TRAIN), expected);
        assertScanned(storage, ref, expected).share();
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, new byte[0]);
        scan.share();
        assertThat(file).as("it was cut short by its store").hasBinaryContent(whole);
        Files.delete(file);
        Files.delete(file.getParent());
        Files.createFile(file.getParent());
        assertThatCode(scan::share).as("nothing can be written there").doesNotThrowAnyException();
        Files.delete(file.getParent());
    }

    /** Who reads the documents one by one meets those of the index. */
    private static SplitScan assertScanned(Storage storage, DatasetSnapshot.Ref ref, SplitIndex expected)
            throws IOException {
        List<Long> lengths = new ArrayList<>();
        SplitScan scan = SplitScan.of(
                storage, ref, expected.split(), (length, leftOut) -> lengths.add(leftOut ? -length : (long) length));
        assertThat(lengths)
                .isEqualTo(LongStream.range(0, expected.documents())
                        .mapToObj(document ->
                                expected.isLeftOut(document) ? -expected.length(document) : expected.length(document))
                        .toList());
        assertThat(scan.documents()).isEqualTo(expected.documents());
        assertThat(scan.name()).isEqualTo(expected.name());
        return scan;
    }

    @Test
    void ofFewPartsNoFileIsMade() throws IOException {
        DatasetSnapshot.Ref ref = DatasetSnapshot.Ref.of(snapshot, dataset);
        assertScanned(storage, ref, SplitIndex.open(storage, ref, Split.VALIDATION))
                .share();
        assertThat(Path.of(dataset, "index")).doesNotExist();
    }

    @Test
    void everyFlippedByteOfAFileIsFound() throws IOException {
        ObjectRef written = SegmentIndex.write(storage, dataset, "segments/y.index", Split.TRAIN, BYTES, members());
        var parts = List.of(new IndexSource.Part(written, Set.of()));
        Path file = Path.of(dataset, written.file());
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(20_261_128);
        for (int i = 0; i < 100; i++) {
            byte[] flipped = whole.clone();
            int at = i < 50 ? i : random.nextInt(whole.length);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
            assertThatThrownBy(() -> TestIndexes.ofParts(storage, dataset, Split.TRAIN, BYTES, parts, Map.of()))
                    .as("byte %d", at)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining(written.file() + ": expected CRC-32C ");
        }
        Files.write(file, new byte[whole.length - 1]);
        assertThatThrownBy(() -> TestIndexes.ofParts(storage, dataset, Split.TRAIN, BYTES, parts, Map.of()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(whole.length + " bytes, found " + (whole.length - 1) + " bytes");
        Files.delete(file);
        assertThatThrownBy(() -> TestIndexes.ofParts(storage, dataset, Split.TRAIN, BYTES, parts, Map.of()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("no such file");
        Files.write(file, whole);
        assertThatThrownBy(() -> TestIndexes.ofParts(storage, dataset, Split.TRAIN, TokenType.UINT16, parts, Map.of()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected 2 bytes a token, found 1");
    }

    @Test
    void aMissingOrShorterShardIsFoundBeforeATraining() throws IOException {
        SplitScan scan =
                SplitScan.of(storage, DatasetSnapshot.Ref.of(snapshot, dataset), Split.TRAIN, (length, leftOut) -> {});
        scan.checkSomeShards();
        Path shard = Path.of(dataset, shards().get(3).file());
        byte[] whole = Files.readAllBytes(shard);
        Files.write(shard, new byte[7]);
        assertThatThrownBy(scan::checkSomeShards)
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(shard + ": expected " + whole.length + " bytes, found 7 bytes; run prepare again");
        Files.write(shard, whole);
    }

    @Test
    void anotherSnapshotInItsPlaceIsRefused() {
        DatasetSnapshot.Ref ref = DatasetSnapshot.Ref.of(snapshot, dataset);
        var other = new DatasetSnapshot.Ref(dataset, ref.number(), "0".repeat(64), ref.vocabulary(), 1, 1);
        assertThatThrownBy(() -> SplitIndex.open(storage, other, Split.TRAIN))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected SHA-256 000");
    }
}
