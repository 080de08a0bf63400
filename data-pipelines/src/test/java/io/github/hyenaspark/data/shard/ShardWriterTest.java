package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardWriterTest {
    private static final int[] LENGTHS = {1, 2, 255, 256, 257, 65_535, 65_536, 70_000, 3};

    @TempDir
    Path dataset;

    private Storage storage;

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 256, 257, 65_499, 65_500, 1_000_000})
    void documentsOfEveryTokenTypeComeBack(int vocabulary) throws IOException {
        List<int[]> documents = documents(vocabulary);
        List<ShardEntry> shards = write(ShardFormat.of(vocabulary, 1 << 20), documents);
        List<int[]> throughMegatron = new ArrayList<>();
        List<int[]> throughReader = new ArrayList<>();
        for (ShardEntry shard : shards) {
            throughMegatron.addAll(ShardOracle.throughMegatron(dataset.resolve(shard.file())));
            throughReader.addAll(throughReader(shard, TokenType.of(vocabulary)));
        }
        Files.write(
                dataset.resolve("train/index.json"),
                snapshot(shards, vocabulary).mdsIndex(Split.TRAIN, ShardFormat.of(vocabulary, 1 << 20)));

        assertThat(arrays(throughMegatron)).isDeepEqualTo(arrays(documents));
        assertThat(arrays(throughReader)).isDeepEqualTo(arrays(documents));
        assertThat(arrays(ShardOracle.throughMds(dataset.resolve("train")))).isDeepEqualTo(arrays(documents));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 255, 256, 257, 65_499, 65_500, Integer.MAX_VALUE})
    void theTokenTypeIsTheSmallestThatMegatronHas(int vocabulary) {
        TokenType expected =
                vocabulary <= 256 ? TokenType.UINT8 : vocabulary < 65_500 ? TokenType.UINT16 : TokenType.INT32;

        assertThat(TokenType.of(vocabulary)).isEqualTo(expected);
    }

    @Test
    void shardsAreCutBeforeTheyGrowTooLarge() throws IOException {
        ShardFormat format = ShardFormat.of(256, 10_000);
        List<int[]> documents = new ArrayList<>();
        for (int length : new int[] {3000, 2000, 2000, 50_000, 10, 5000, 800, 100}) {
            documents.add(new int[length]);
        }
        List<ShardEntry> shards = write(format, documents);

        // 4096 bytes of header, 6 or 7 before each document's tokens; 50,000 tokens have a shard of their own.
        assertThat(shards).extracting(ShardEntry::tokens).containsExactly(5000L, 2000L, 50_000L, 5810L, 100L);
        assertThat(shards).extracting(ShardEntry::documents).containsExactly(2L, 1L, 1L, 3L, 1L);
        assertThat(shards)
                .filteredOn(shard -> shard.documents() > 1)
                .allMatch(shard -> shard.facts().bytes() <= 10_000);
        assertThat(shards.get(0).facts().bytes()).isEqualTo(4096 + 7 + 3000 + 7 + 2000);
    }

    @Test
    void aShardMayBeExactlyAsLargeAsItsLimit() throws IOException {
        List<int[]> documents = List.of(new int[3000], new int[2000]);
        int bytes = 4096 + 7 + 3000 + 7 + 2000;

        assertThat(write(ShardFormat.of(256, bytes), documents)).hasSize(1);
        assertThat(write(ShardFormat.of(256, bytes - 1), documents)).hasSize(2);
    }

    @Test
    void theHeaderHoldsTheConfigurationOfMds() throws IOException {
        ShardEntry shard =
                write(ShardFormat.of(50_257, 9999), List.of(new int[5])).get(0);
        JsonNode config = ShardOracle.mdsConfig(dataset.resolve(shard.file()));

        assertThat(config.toString())
                .isEqualTo("{\"column_encodings\":[\"ndarray:uint16\"],\"column_names\":[\"tokens\"],"
                        + "\"column_sizes\":[null],\"compression\":null,\"format\":\"mds\",\"hashes\":[\"sha256\"],"
                        + "\"size_limit\":9999,\"version\":2}");
    }

    @Test
    void aNameCarriesTheContentAndNothingElse() throws IOException {
        List<ShardEntry> first = write(ShardFormat.of(256, 1 << 20), documents(256));
        List<ShardEntry> again = write(ShardFormat.of(256, 1 << 20), documents(256));

        assertThat(again).isEqualTo(first);
        assertThat(first).allMatch(shard -> shard.file().matches("train/tok-unit-[0-9a-f]{16}\\.bin"));
        assertThat(first)
                .allMatch(shard -> shard.file().contains(shard.facts().sha256().substring(0, 16)));
    }

    @Test
    void aDiscardedDocumentLeavesNothing() throws IOException {
        List<ShardEntry> shards;
        try (var writer = ShardWriter.open(ShardFormat.of(256, 1 << 20))) {
            writer.append(new int[] {1, 2}, 2);
            writer.endDocument(Split.TRAIN, 1);
            writer.append(new int[] {3, 4, 5}, 3);
            writer.discardDocument();
            writer.append(new int[] {6}, 1);
            assertThat(writer.endDocument(Split.TRAIN, 0)).isEqualTo(1);
            shards = writer.write(storage, dataset.toString(), "unit");
        }

        assertThat(ShardOracle.throughMegatron(dataset.resolve(shards.get(0).file())))
                .containsExactly(new int[] {1, 2}, new int[] {6});
    }

    @Test
    void eachSplitHasItsOwnShards() throws IOException {
        List<ShardEntry> shards;
        try (var writer = ShardWriter.open(ShardFormat.of(256, 1 << 20))) {
            for (int i = 0; i < 4; i++) {
                writer.append(new int[] {i}, 1);
                writer.endDocument(i % 2 == 0 ? Split.VALIDATION : Split.TRAIN, 10 + i);
            }
            shards = writer.write(storage, dataset.toString(), "unit");
        }

        assertThat(shards).extracting(ShardEntry::split).containsExactly(Split.TRAIN, Split.VALIDATION);
        assertThat(shards).extracting(ShardEntry::textBytes).containsExactly(24L, 22L);
        assertThat(ShardOracle.throughMegatron(dataset.resolve(shards.get(1).file())))
                .containsExactly(new int[] {0}, new int[] {2});
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() throws IOException {
        try (var writer = ShardWriter.open(ShardFormat.of(300, 1 << 20))) {
            assertThatThrownBy(() -> writer.append(new int[] {299, 300}, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token id 300 is not in [0, 300)");
            assertThatThrownBy(() -> writer.append(new int[] {-1}, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token id -1 is not in [0, 300)");
        }
    }

    @Test
    void aDocumentThatNoShardCanHoldIsRefused() {
        assertThat(ShardFormat.of(256, 1).longestDocument()).isEqualTo(Integer.MAX_VALUE);
        // (2^32 - 1 - 4096 of header - at most 9 before the tokens) / 4, rounded down.
        assertThat(ShardFormat.of(100_000, 1).longestDocument()).isBetween((1L << 30) - 1030, (1L << 30) - 1026);
        assertThatThrownBy(() -> ShardFormat.of(256, 1L << 32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.shard-bytes: found 4294967296, expected 1 to 4294967295 bytes");
    }

    @Test
    void aShardThatWasCutShortIsWrittenAgain() throws IOException {
        List<ShardEntry> shards = write(ShardFormat.of(256, 1 << 20), documents(256));
        Path bin = dataset.resolve(shards.get(0).file());
        byte[] whole = Files.readAllBytes(bin);
        Files.write(bin, new byte[] {1, 2, 3}, StandardOpenOption.TRUNCATE_EXISTING);

        assertThat(write(ShardFormat.of(256, 1 << 20), documents(256))).isEqualTo(shards);
        assertThat(Files.readAllBytes(bin)).isEqualTo(whole);
    }

    @Test
    void aTruncatedShardIsRefusedWithBothLengths() throws IOException {
        ShardEntry shard = write(ShardFormat.of(256, 1 << 20), documents(256)).get(0);
        Path bin = dataset.resolve(shard.file());
        Files.write(bin, new byte[100], StandardOpenOption.TRUNCATE_EXISTING);

        assertThatThrownBy(() -> open(shard))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(dataset + "/" + shard.file() + ": expected "
                        + shard.facts().bytes() + " bytes, found 100 bytes; run prepare again");
        Files.delete(bin);
        assertThatThrownBy(() -> open(shard))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("found no such file; run prepare again");
    }

    @Test
    void aFlippedByteOfAnIndexIsFoundWhenItIsOpened() throws IOException {
        ShardEntry shard = write(ShardFormat.of(256, 1 << 20), documents(256)).get(0);
        flip(dataset.resolve(shard.indexFile()), 40);

        assertThatThrownBy(() -> open(shard))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(shard.indexFile() + ": expected SHA-256 "
                        + shard.facts().indexSha256())
                .hasMessageEndingWith("; delete it and run prepare again");
    }

    @Test
    void aFlippedByteOfAShardIsFoundByItsHash() throws IOException {
        ShardEntry shard = write(ShardFormat.of(256, 1 << 20), documents(256)).get(0);
        try (ShardReader reader = open(shard)) {
            reader.verify();
            flip(dataset.resolve(shard.file()), 5000);
            assertThatThrownBy(reader::verify)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining(
                            shard.file() + ": expected SHA-256 " + shard.facts().sha256());
        }
    }

    @Test
    void tokensPastTheEndOfADocumentAreRefused() throws IOException {
        ShardEntry shard = write(ShardFormat.of(256, 1 << 20), documents(256)).get(0);
        try (ShardReader reader = open(shard)) {
            assertThatThrownBy(() -> reader.read(1, 1, new int[9], 0, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("document 1 of " + dataset + "/" + shard.file() + " has 2 tokens, asked for 2 from 1");
        }
    }

    private List<ShardEntry> write(ShardFormat format, List<int[]> documents) throws IOException {
        try (var writer = ShardWriter.open(format)) {
            for (int[] document : documents) {
                int half = document.length / 2;
                writer.append(document, half);
                int[] rest = IntStream.range(half, document.length)
                        .map(i -> document[i])
                        .toArray();
                writer.append(rest, rest.length);
                writer.endDocument(Split.TRAIN, document.length - 1);
            }
            return writer.write(storage, dataset.toString(), "unit");
        }
    }

    private ShardReader open(ShardEntry shard) throws IOException {
        return ShardReader.open(storage, dataset.toString(), shard, TokenType.UINT8);
    }

    private List<int[]> throughReader(ShardEntry shard, TokenType type) throws IOException {
        List<int[]> documents = new ArrayList<>();
        try (ShardReader reader = ShardReader.open(storage, dataset.toString(), shard, type)) {
            for (int document = 0; document < reader.documents(); document++) {
                int[] tokens = new int[(int) reader.tokens(document)];
                int half = tokens.length / 2;
                reader.read(document, half, tokens, half, tokens.length - half);
                reader.read(document, 0, tokens, 0, half);
                documents.add(tokens);
            }
        }
        return documents;
    }

    private static List<int[]> documents(int vocabulary) {
        List<int[]> documents = new ArrayList<>();
        for (int length : LENGTHS) {
            documents.add(IntStream.range(0, length)
                    .map(i -> (int) ((length * 7919L + i * 104_729L) % vocabulary))
                    .toArray());
        }
        documents.add(new int[] {vocabulary - 1, 0});
        return documents;
    }

    private static int[][] arrays(List<int[]> documents) {
        return documents.toArray(int[][]::new);
    }

    private static DatasetSnapshot snapshot(List<ShardEntry> shards, int vocabulary) {
        return new DatasetSnapshot(1, "", "f", Map.of(), new Vocabulary("t", "f", vocabulary, 0), List.of(), shards);
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }
}
