package io.github.hyenaspark.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.data.shard.index.TestIndexes;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.testing.ShardOracle;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.model.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBatchesTest {
    private static final int END = 0xFF;

    @TempDir
    static Path directory;

    private static TestCorpus corpus;
    private static DatasetSnapshot snapshot;
    private final Map<Path, byte[]> damaged = new HashMap<>();

    @BeforeAll
    static void prepare() throws IOException {
        corpus = new TestCorpus(directory);
        // Each in a unit and a shard of its own, but the short ones.
        for (int length : new int[] {0, 1, 15, 16, 17, 3000, 999}) {
            corpus.add(String.format(Locale.ROOT, "%04d.txt", length), text(length));
        }
        snapshot = corpus.prepare(corpus.config("0015.txt", "0016.txt")).snapshot();
    }

    /** Writes other bytes until the end of the test. */
    private void damage(Path file, byte[] bytes) throws IOException {
        damaged.put(file, Files.readAllBytes(file));
        Files.write(file, bytes);
    }

    @AfterEach
    void repair() throws IOException {
        for (Map.Entry<Path, byte[]> file : damaged.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 15, 16, 17, 1000, 3000})
    void theSequencesHoldEveryDocumentOnce(int length) throws IOException {
        List<Integer> inputs = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        try (TokenBatches batches = open(Split.TRAIN, length)) {
            for (long sequence = 0; sequence < batches.sequences(); sequence++) {
                Batch batch = batches.batch(new long[] {sequence});
                int counted = batch.countedTargets();
                for (int i = 0; i < length; i++) {
                    boolean real = i < counted;
                    assertThat(batch.targets()[i] == Batch.IGNORED).isEqualTo(!real);
                    if (real) {
                        inputs.add(batch.ids()[i]);
                        targets.add(batch.targets()[i]);
                    } else {
                        assertThat(batch.ids()[i]).isEqualTo(END);
                    }
                }
            }
        }
        List<Integer> allButTheLast = new ArrayList<>();
        List<Integer> allButTheFirst = new ArrayList<>();
        for (int[] tokens : ShardOracle.throughMds(corpus.dataset().resolve("train"))) {
            for (int i = 0; i + 1 < tokens.length; i++) {
                allButTheLast.add(tokens[i]);
                allButTheFirst.add(tokens[i + 1]);
            }
        }
        assertThat(inputs).isEqualTo(allButTheLast);
        assertThat(targets).isEqualTo(allButTheFirst);
    }

    @Test
    void aBatchHoldsItsSequencesInOrder() throws IOException {
        try (TokenBatches batches = open(Split.TRAIN, 8)) {
            long[] sequences = {5, 0, batches.sequences() - 1, 5};
            Batch batch = batches.batch(sequences);

            assertThat(batch.batchSize()).isEqualTo(4);
            assertThat(batch.length()).isEqualTo(8);
            for (int row = 0; row < sequences.length; row++) {
                Batch alone = batches.batch(new long[] {sequences[row]});
                assertThat(Arrays.copyOfRange(batch.ids(), 8 * row, 8 * row + 8))
                        .isEqualTo(alone.ids());
                assertThat(Arrays.copyOfRange(batch.targets(), 8 * row, 8 * row + 8))
                        .isEqualTo(alone.targets());
            }
        }
    }

    @Test
    void theTailOfADocumentIsPaddedWithItsEndAndCountsInNoLoss() throws IOException {
        try (TokenBatches batches = open(Split.VALIDATION, 10)) {
            byte[] text = text(15);
            Batch tail = batches.batch(new long[] {1});

            assertThat(tail.ids())
                    .containsExactly(text[10], text[11], text[12], text[13], text[14], END, END, END, END, END);
            int x = Batch.IGNORED;
            assertThat(tail.targets()).containsExactly(text[11], text[12], text[13], text[14], END, x, x, x, x, x);
        }
    }

    @Test
    void moreShardsThanOpenFilesAreRead(@TempDir Path other) throws IOException {
        var many = new TestCorpus(other);
        for (int i = 0; i < 70; i++) {
            many.add(String.format(Locale.ROOT, "%03d.txt", i), ("" + (char) ('0' + i % 10)).repeat(1000));
        }
        DatasetSnapshot wide =
                many.prepare(many.settings("data.clean.duplicates=keep")).snapshot();
        try (TokenBatches batches =
                TokenBatches.open(many.storage(), wide, many.dataset().toString(), Split.TRAIN, single(1000))) {
            assertThat(many.shards(wide, Split.TRAIN)).hasSize(70);
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < 70; i++) {
                    assertThat(batches.batch(new long[] {i}).ids()[999]).isEqualTo('0' + i % 10);
                }
            }
        }
    }

    @Test
    void aSequenceLengthPastEveryDocumentIsRefused() {
        assertThatThrownBy(() -> open(Split.TRAIN, 3001))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "model.l-max: found 3001, expected at most 3000: the longest document of the train split of "
                                + corpus.dataset() + " has 3001 tokens, and a full sequence takes one more than l-max");
    }

    @Test
    void measuringOnDocumentsShorterThanASequenceIsFine() throws IOException {
        try (TokenBatches batches = open(Split.VALIDATION, 3000)) {
            assertThat(batches.sequences()).isEqualTo(2);
            assertThat(batches.batch(new long[] {0, 1}).countedTargets()).isEqualTo(15 + 16);
        }
    }

    @Test
    void aSplitWithoutTextIsRefused(@TempDir Path other) throws IOException {
        var corpusOfOne = new TestCorpus(other).add("a.txt", "a");
        DatasetSnapshot one = corpusOfOne.prepare(corpusOfOne.config()).snapshot();

        assertThatThrownBy(() -> TokenBatches.open(
                        corpusOfOne.storage(), one, corpusOfOne.dataset().toString(), Split.VALIDATION, single(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no text in the validation split of " + corpusOfOne.dataset() + ": found 0"
                        + " documents, the longest of 0 tokens; prepare more documents or change"
                        + " data.validation-fraction");
    }

    @Test
    void aTruncatedShardIsNamedWithBothLengths() throws IOException {
        ShardEntry shard = corpus.shards(snapshot, Split.TRAIN).get(1);
        Path file = corpus.dataset().resolve(shard.file());
        byte[] bytes = Files.readAllBytes(file);
        damage(file, Arrays.copyOf(bytes, bytes.length - 1));

        assertThatThrownBy(this::readAll)
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ": expected " + bytes.length + " bytes, found " + (bytes.length - 1)
                        + " bytes; run prepare again");
    }

    @ParameterizedTest
    @EnumSource(PackingConfig.Strategy.class)
    void batchesAreWhatTheirPlanSays(PackingConfig.Strategy strategy) throws IOException {
        List<int[]> documents = ShardOracle.throughMds(corpus.dataset().resolve("train"));
        for (int length : new int[] {1, 2, 7, 16, 17, 100, 999}) {
            try (TokenBatches batches = open(Split.TRAIN, new PackingConfig(strategy, length))) {
                assertThat(tokens(batches.plan()))
                        .isEqualTo(documents.stream()
                                .mapToLong(tokens -> tokens.length)
                                .toArray());
                long counted = 0;
                for (long sequence = 0; sequence + 1 < batches.sequences(); sequence += 2) {
                    long[] both = {sequence + 1, sequence};
                    Batch batch = batches.batch(both);
                    assertBatch(
                            batch,
                            List.of(
                                    batches.plan().parts(both[0]),
                                    batches.plan().parts(both[1])),
                            documents);
                    counted += batch.countedTargets();
                }
                if (batches.sequences() % 2 == 1) {
                    counted +=
                            batches.batch(new long[] {batches.sequences() - 1}).countedTargets();
                }
                assertThat(counted).isEqualTo(batches.plan().realTokens());
            }
        }
    }

    private static void assertBatch(Batch batch, List<List<PackingPlan.Part>> rows, List<int[]> documents) {
        int[] ids = new int[batch.ids().length];
        int[] targets = new int[ids.length];
        Arrays.fill(ids, END);
        Arrays.fill(targets, Batch.IGNORED);
        List<Integer> starts = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            int at = row * batch.length();
            for (PackingPlan.Part part : rows.get(row)) {
                int[] tokens = documents.get((int) part.document());
                starts.add(at);
                for (int i = 0; i < part.inputs(); i++) {
                    int from = (int) part.from() + i;
                    ids[at] = tokens[from];
                    targets[at++] = from + 1 < tokens.length ? tokens[from + 1] : Batch.IGNORED;
                }
            }
        }
        assertThat(batch.ids()).isEqualTo(ids);
        assertThat(batch.targets()).isEqualTo(targets);
        assertThat(batch.starts())
                .isEqualTo(starts.stream().mapToInt(start -> start).toArray());
    }

    @ParameterizedTest
    @EnumSource(PackingConfig.Strategy.class)
    void droppedDocumentsNeverAppear(PackingConfig.Strategy strategy) throws IOException {
        ShardEntry shard = corpus.shards(snapshot, Split.TRAIN).stream()
                .filter(entry -> entry.tokens() > 3000)
                .findFirst()
                .orElseThrow();
        Map<String, int[]> dropped = Map.of(shard.file(), new int[] {0}, "validation/x.bin", new int[] {9});
        try (TokenBatches batches = dropping(dropped, strategy, 8)) {
            assertThat(tokens(batches.plan())).doesNotContain(3001).contains(0);
            long real =
                    snapshot.tokens(Split.TRAIN) - snapshot.documents(Split.TRAIN) - shard.tokens() + shard.documents();
            assertThat(batches.plan().realTokens()).isEqualTo(real);
            for (long sequence = 0; sequence < batches.sequences(); sequence++) {
                assertThat(batches.plan().parts(sequence))
                        .noneMatch(part -> batches.plan().documents().tokens(part.document()) == 0);
            }
        }
    }

    @Test
    void aDroppedDocumentThatIsNotThereIsRefused() throws IOException {
        ShardEntry shard = corpus.shards(snapshot, Split.TRAIN).get(0);
        int[] wrong = {(int) shard.documents()};

        assertThatThrownBy(() -> dropping(Map.of(shard.file(), wrong), PackingConfig.Strategy.SINGLE, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("document " + wrong[0] + " of " + shard.file() + " is to be left out, but the"
                        + " shard has " + shard.documents() + " documents");
    }

    private TokenBatches dropping(Map<String, int[]> dropped, PackingConfig.Strategy strategy, int length)
            throws IOException {
        SplitIndex index =
                TestIndexes.dropping(corpus.storage(), corpus.dataset().toString(), snapshot, dropped);
        return TokenBatches.of(corpus.storage(), index, new PackingConfig(strategy, length), snapshot.vocabulary());
    }

    @Test
    void targetsThatAreTheMaskedIdCountInNoLoss() throws IOException {
        int masked = text(999)[500];
        Vocabulary plain = snapshot.vocabulary();
        var vocabulary =
                new Vocabulary(plain.tokenizer(), plain.fingerprint(), plain.size(), plain.endOfDocument(), masked);
        SplitIndex index = SplitIndex.of(corpus.storage(), corpus.dataset().toString(), snapshot, Split.TRAIN);
        try (TokenBatches without = open(Split.TRAIN, 100);
                TokenBatches with = TokenBatches.of(corpus.storage(), index, single(100), vocabulary)) {
            int found = 0;
            for (long sequence = 0; sequence < with.sequences(); sequence++) {
                Batch expected = without.batch(new long[] {sequence});
                Batch batch = with.batch(new long[] {sequence});
                assertThat(batch.ids()).isEqualTo(expected.ids());
                for (int i = 0; i < 100; i++) {
                    boolean ignored = expected.targets()[i] == masked;
                    found += ignored ? 1 : 0;
                    assertThat(batch.targets()[i]).isEqualTo(ignored ? Batch.IGNORED : expected.targets()[i]);
                }
            }
            assertThat(found).isGreaterThan(10);
        }
    }

    @Test
    void shortDocumentsMayFillALongSequenceTogether() throws IOException {
        long all = snapshot.tokens(Split.TRAIN);
        var longest = new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, (int) all - 1);
        try (TokenBatches batches = open(Split.TRAIN, longest)) {
            assertThat(batches.sequences()).isEqualTo(1);
        }
        assertThatThrownBy(() -> open(Split.TRAIN, new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, (int) all)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("model.l-max: found " + all + ", expected at most " + (all - 1)
                        + ": all documents together of the train split of " + corpus.dataset() + " have " + all
                        + " tokens, and a full sequence takes one more than l-max");
    }

    @Test
    void aFlippedByteIsRefusedWhenItIsRead() throws IOException {
        ShardEntry shard = corpus.shards(snapshot, Split.TRAIN).get(1);
        Path file = corpus.dataset().resolve(shard.file());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] ^= 1;
        damage(file, bytes);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected CRC-32C ");
    }

    private void readAll() throws IOException {
        try (TokenBatches batches = open(Split.TRAIN, 8)) {
            for (long sequence = 0; sequence < batches.sequences(); sequence++) {
                batches.batch(new long[] {sequence});
            }
        }
    }

    private static long[] tokens(PackingPlan plan) {
        return LongStream.range(0, plan.documents().documents())
                .map(plan.documents()::tokens)
                .toArray();
    }

    private TokenBatches open(Split split, int length) throws IOException {
        return open(split, single(length));
    }

    private TokenBatches open(Split split, PackingConfig packing) throws IOException {
        return TokenBatches.open(corpus.storage(), snapshot, corpus.dataset().toString(), split, packing);
    }

    private static PackingConfig single(int length) {
        return new PackingConfig(PackingConfig.Strategy.SINGLE, length);
    }

    private static byte[] text(int length) {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ((i * 31 + length) % 127);
        }
        return text;
    }
}
