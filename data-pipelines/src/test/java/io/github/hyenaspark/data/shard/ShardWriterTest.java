package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.testing.ShardOracle;
import io.github.hyenaspark.data.testing.TestShards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardWriterTest {
    @TempDir
    Path dataset;

    private TestShards shards;

    @BeforeEach
    void openStorage() throws IOException {
        shards = new TestShards(dataset);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 256, 257, 65_499, 65_500, 1_000_000})
    @Tag("goal-12")
    void documentsOfEveryTokenTypeComeBack(int vocabulary) throws IOException {
        List<int[]> documents = TestShards.documents(vocabulary);
        List<ShardEntry> written = write(ShardFormat.of(vocabulary, 1 << 20), documents);
        List<int[]> throughMegatron = new ArrayList<>();
        List<int[]> throughReader = new ArrayList<>();
        for (ShardEntry shard : written) {
            throughMegatron.addAll(ShardOracle.throughMegatron(dataset.resolve(shard.file())));
            throughReader.addAll(shards.throughReader(shard, TokenType.of(vocabulary)));
        }
        Files.write(dataset.resolve("train/index.json"), MdsLayout.index(written, ShardFormat.of(vocabulary, 1 << 20)));

        assertThat(TestShards.arrays(throughMegatron)).isDeepEqualTo(TestShards.arrays(documents));
        assertThat(TestShards.arrays(throughReader)).isDeepEqualTo(TestShards.arrays(documents));
        assertThat(TestShards.arrays(ShardOracle.throughMds(dataset.resolve("train"))))
                .isDeepEqualTo(TestShards.arrays(documents));
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
        List<ShardEntry> written = write(format, documents);

        // 4096 bytes of header, 6 or 7 before each document's tokens; 50,000 tokens have a shard of their own.
        assertThat(written).extracting(ShardEntry::tokens).containsExactly(5000L, 2000L, 50_000L, 5810L, 100L);
        assertThat(written).extracting(ShardEntry::documents).containsExactly(2L, 1L, 1L, 3L, 1L);
        assertThat(written)
                .filteredOn(shard -> shard.documents() > 1)
                .allMatch(shard -> shard.bin().bytes() <= 10_000);
        assertThat(written.get(0).bin().bytes()).isEqualTo(4096 + 7 + 3000 + 7 + 2000);
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
    void theSameDocumentsHaveTheSameName() throws IOException {
        List<ShardEntry> first = write(ShardFormat.of(256, 1 << 20), TestShards.documents(256));
        List<ShardEntry> again = write(ShardFormat.of(256, 1 << 20), TestShards.documents(256));

        assertThat(again).isEqualTo(first);
        assertThat(first).allMatch(shard -> shard.file().matches("train/u/tok-unit-[0-9a-f]{16}\\.bin"));
    }

    @Test
    void whateverDecidesTheBytesDecidesTheName() throws IOException {
        ShardFormat format = ShardFormat.of(256, 1 << 20);
        List<String> names = new ArrayList<>();
        names.add(name(format, "tokenizer", 3, "a"));
        names.add(name(format, "other tokenizer", 3, "a"));
        names.add(name(format, "tokenizer", 4, "a"));
        names.add(name(format, "tokenizer", 3, "b"));
        names.add(name(ShardFormat.of(256, 1 << 21), "tokenizer", 3, "a"));
        names.add(name(ShardFormat.of(300, 1 << 20), "tokenizer", 3, "a"));

        assertThat(names).doesNotHaveDuplicates();
        assertThat(name(format, "tokenizer", 3, "a")).isEqualTo(names.get(0));
    }

    /** The name of a shard of one document of so many tokens. */
    private String name(ShardFormat format, String tokenizer, int tokens, String text) throws IOException {
        try (var writer = new ShardWriter(format, tokenizer)) {
            writer.append(new int[tokens], tokens);
            writer.endDocument(Split.TRAIN, 0, text);
            Path other = Files.createTempDirectory(dataset, "names");
            return writer.write(shards.storage(), other.toString(), "unit")
                    .get(0)
                    .file();
        }
    }

    @Test
    void aUnitLargerThanItsMemoryComesBack() throws IOException {
        int[] block =
                IntStream.range(0, 1 << 16).map(i -> i * 31 % 65_521 % 60_000).toArray();
        List<ShardEntry> written;
        try (var writer = new ShardWriter(ShardFormat.of(60_000, 8 << 20), TestShards.TOKENIZER)) {
            for (int document = 0; document < 10; document++) {
                for (int i = 0; i < 32; i++) {
                    writer.append(block, block.length - document);
                }
                if (document % 4 == 3) {
                    writer.discardDocument();
                } else {
                    writer.endDocument(Split.TRAIN, 0, "text " + document);
                }
            }
            written = writer.write(shards.storage(), dataset.toString(), "unit");
        }

        List<int[]> documents = new ArrayList<>();
        for (ShardEntry shard : written) {
            documents.addAll(ShardOracle.throughMegatron(dataset.resolve(shard.file())));
        }
        assertThat(documents).hasSize(8);
        for (int number = 0; number < 8; number++) {
            int cut = number + number / 3;
            int length = block.length - cut;
            int[] tokens = documents.get(number);
            assertThat(tokens).hasSize(32 * length);
            for (int i = 0; i < 32; i++) {
                assertThat(Arrays.equals(tokens, i * length, (i + 1) * length, block, 0, length))
                        .as("document %d, block %d", number, i)
                        .isTrue();
            }
        }
    }

    @Test
    void aDiscardedDocumentLeavesNothing() throws IOException {
        List<ShardEntry> written;
        try (var writer = new ShardWriter(ShardFormat.of(256, 1 << 20), TestShards.TOKENIZER)) {
            writer.append(new int[] {1, 2}, 2);
            writer.endDocument(Split.TRAIN, 1, TestShards.content(1, 2));
            writer.append(new int[] {3, 4, 5}, 3);
            writer.discardDocument();
            writer.append(new int[] {6}, 1);
            assertThat(writer.endDocument(Split.TRAIN, 0, TestShards.content(6)))
                    .isEqualTo(1);
            written = writer.write(shards.storage(), dataset.toString(), "unit");
        }

        assertThat(ShardOracle.throughMegatron(dataset.resolve(written.get(0).file())))
                .containsExactly(new int[] {1, 2}, new int[] {6});
    }

    @Test
    void eachSplitHasItsOwnShards() throws IOException {
        List<ShardEntry> written;
        try (var writer = new ShardWriter(ShardFormat.of(256, 1 << 20), TestShards.TOKENIZER)) {
            for (int i = 0; i < 4; i++) {
                writer.append(new int[] {i}, 1);
                writer.endDocument(i % 2 == 0 ? Split.VALIDATION : Split.TRAIN, 10 + i, TestShards.content(i));
            }
            written = writer.write(shards.storage(), dataset.toString(), "unit");
        }

        assertThat(written).extracting(ShardEntry::split).containsExactly(Split.TRAIN, Split.VALIDATION);
        assertThat(written).extracting(ShardEntry::textBytes).containsExactly(24L, 22L);
        assertThat(ShardOracle.throughMegatron(dataset.resolve(written.get(1).file())))
                .containsExactly(new int[] {0}, new int[] {2});
    }

    @Test
    @Tag("goal-17")
    void idsOutsideTheVocabularyAreRefused() throws IOException {
        try (var writer = new ShardWriter(ShardFormat.of(300, 1 << 20), TestShards.TOKENIZER)) {
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
        List<ShardEntry> written = write(ShardFormat.of(256, 1 << 20), TestShards.documents(256));
        Path bin = dataset.resolve(written.get(0).file());
        byte[] whole = Files.readAllBytes(bin);
        Files.write(bin, new byte[] {1, 2, 3}, StandardOpenOption.TRUNCATE_EXISTING);

        assertThat(write(ShardFormat.of(256, 1 << 20), TestShards.documents(256)))
                .isEqualTo(written);
        assertThat(Files.readAllBytes(bin)).isEqualTo(whole);
    }

    private List<ShardEntry> write(ShardFormat format, List<int[]> documents) throws IOException {
        return shards.write(format, documents);
    }
}
