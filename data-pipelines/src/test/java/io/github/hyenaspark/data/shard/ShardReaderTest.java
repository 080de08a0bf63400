package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.testing.TestShards;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardReaderTest {
    private static final ShardFormat FORMAT = ShardFormat.of(256, 1 << 20);

    @TempDir
    Path dataset;

    private TestShards shards;

    @BeforeEach
    void openStorage() throws IOException {
        shards = new TestShards(dataset);
    }

    @ParameterizedTest
    @EnumSource(TokenType.class)
    void anyRangeOfAnyDocumentIsRead(TokenType type) throws IOException {
        int vocabulary = type == TokenType.UINT8 ? 256 : type == TokenType.UINT16 ? 60_000 : 1_000_000;
        List<int[]> documents = TestShards.documents(vocabulary);
        ShardEntry shard =
                shards.write(ShardFormat.of(vocabulary, 1 << 30), documents).get(0);
        Random random = new Random(1);
        try (ShardReader reader = shards.open(shard, type)) {
            for (int i = 0; i < 2000; i++) {
                int document = random.nextInt(documents.size());
                int[] tokens = documents.get(document);
                int from = random.nextInt(tokens.length + 1);
                int count = random.nextInt(tokens.length - from + 1);
                int[] found = new int[count + 2];
                reader.read(document, from, found, 1, count);
                int[] expected = new int[count + 2];
                System.arraycopy(tokens, from, expected, 1, count);
                assertThat(Arrays.equals(found, expected))
                        .as("%d tokens of document %d from %d", count, document, from)
                        .isTrue();
            }
        }
    }

    @Test
    void noBlockOfAnObjectStoreIsReadTwice() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        Map<String, String> settings = Map.of("fs.s3a.impl", MemoryFileSystem.class.getName());
        Storage storage = Storage.of(settings);
        for (ObjectRef file : shard.files()) {
            storage.write("s3a://blocks/" + file.file(), out -> Files.copy(shards.path(file.file()), out));
        }
        var configuration = new Configuration();
        settings.forEach(configuration::set);
        var memory = (MemoryFileSystem) FileSystem.get(URI.create("s3a://blocks/"), configuration);
        int[] found = new int[200];
        int[] expected = new int[200];
        try (ShardReader reader = ShardReader.open(storage, "s3a://blocks", shard, TokenType.UINT8);
                ShardReader local = open(shard)) {
            for (int i = 0; i < 20; i++) { // now in the first block, now in the last two
                reader.read(i % 2 == 0 ? 5 : 7, i % 2 * 60_000 + i, found, 0, 200);
                local.read(i % 2 == 0 ? 5 : 7, i % 2 * 60_000 + i, expected, 0, 200);
                assertThat(found).isEqualTo(expected);
            }
        }
        assertThat(memory.bytesRead().get("s3a://blocks/" + shard.file()))
                .isBetween(1L << 16, shard.bin().bytes());
    }

    @Test
    void tokensPastTheEndOfADocumentAreRefused() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        try (ShardReader reader = open(shard)) {
            assertThatThrownBy(() -> reader.read(1, 1, new int[9], 0, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("document 1 of " + dataset + "/" + shard.file() + " has 2 tokens, asked for 2 from 1");
        }
    }

    @Test
    void aTruncatedShardIsRefusedWithBothLengths() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        Path bin = dataset.resolve(shard.file());
        Files.write(bin, new byte[100], StandardOpenOption.TRUNCATE_EXISTING);

        assertThatThrownBy(() -> open(shard))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(bin + ": expected " + shard.bin().bytes() + " bytes, found 100 bytes; run prepare again");
        Files.delete(bin);
        assertThatThrownBy(() -> open(shard))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("found no such file; run prepare again");
    }

    @Test
    void aShardWithoutItsChecksumsIsNotRead() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        Files.delete(shards.path(shard.checksums().file()));

        try (ShardReader reader = open(shard)) {
            assertThatThrownBy(() -> reader.read(0, 0, new int[1], 0, 1))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining(shard.checksums().file() + ": expected 16 bytes, found no such file");
        }
    }

    @Test
    void aFlippedByteOfAnIndexIsFoundWhenItIsOpened() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        shards.flip(shard.index().file(), 40, 1);

        assertThatThrownBy(() -> open(shard))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(shard.index().file() + ": expected SHA-256 "
                        + shard.index().sha256())
                .hasMessageEndingWith("; delete it and run prepare again");
    }

    @Test
    void aFlippedByteOfChecksumsIsFoundWhenTheyAreNeeded() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        shards.flip(shard.checksums().file(), 7, 1);

        try (ShardReader reader = open(shard)) {
            assertThatThrownBy(() -> reader.read(0, 0, new int[1], 0, 1))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining(shard.checksums().file() + ": expected SHA-256 ");
        }
    }

    @Test
    void aFlippedByteOfAShardIsFoundInItsBlockOnly() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        shards.flip(shard.file(), 2 * (1 << 16) + 5, 1);

        try (ShardReader reader = open(shard)) {
            int[] tokens = new int[70_000];
            reader.read(5, 0, tokens, 0, 65_535); // in the first two blocks
            assertThatThrownBy(() -> reader.read(6, 0, tokens, 0, 65_536))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageMatching("(?s).*" + shard.file() + ": expected CRC-32C [0-9a-f]{8} of block 2"
                            + " \\(bytes 131072 to 196607\\), found [0-9a-f]{8}; delete it and run prepare again");
            // What failed once is not taken for read.
            assertThatThrownBy(() -> reader.read(6, 65_000, tokens, 0, 100)).isInstanceOf(CorruptFileException.class);
            reader.read(7, 69_000, tokens, 0, 1000); // in the last one
        }
    }

    @Test
    void aFlippedByteOfAShardIsFoundByItsHash() throws IOException {
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        shards.verify(shard);
        shards.flip(shard.file(), 5000, 1);
        assertThatThrownBy(() -> shards.verify(shard))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(
                        shard.file() + ": expected SHA-256 " + shard.bin().sha256());
    }

    /**
     * Goal 14 of the data pipelines: of 100 random flips, verifying finds each, and reading refuses those in tokens.
     */
    @Test
    @Tag("goal-14")
    void everyFlippedByteIsFound() throws IOException {
        List<ShardEntry> written = shards.write(ShardFormat.of(60_000, 1 << 18), TestShards.documents(60_000));
        List<ObjectRef> files =
                written.stream().flatMap(shard -> shard.files().stream()).toList();
        long seed = 20_260_714;
        Random random = new Random(seed);
        int inTokens = 0;
        for (int i = 0; i < 100; i++) {
            // Every fourth in the small files, which hold few bytes but many ways to go wrong.
            ShardEntry shard = written.get(random.nextInt(written.size()));
            ObjectRef file = i % 4 == 0
                    ? files.get(random.nextInt(files.size()))
                    : shard.files().get(0);
            int at = random.nextInt(Math.toIntExact(file.bytes()));
            int bits = 1 << random.nextInt(8);
            String flip = "seed " + seed + ", flip " + i + ": bits " + bits + " of byte " + at + " of " + file.file();
            ShardEntry flipped = owner(written, file);

            boolean tokens = holdsTokens(flipped, file, at);
            inTokens += tokens ? 1 : 0;
            shards.flip(file.file(), at, bits);
            assertThatThrownBy(() -> shards.verify(flipped))
                    .as(flip)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining(file.file());
            if (tokens || file.file().endsWith(".idx") || file.file().endsWith(".crc")) {
                assertThatThrownBy(() -> shards.throughReader(flipped, TokenType.UINT16))
                        .as(flip)
                        .isInstanceOf(CorruptFileException.class)
                        .hasMessageContaining(file.file());
            }
            shards.flip(file.file(), at, bits);
        }
        assertThat(inTokens).isGreaterThan(50);
        for (ShardEntry shard : written) {
            shards.verify(shard);
        }
    }

    private static ShardEntry owner(List<ShardEntry> written, ObjectRef file) {
        return written.stream()
                .filter(shard -> shard.files().contains(file))
                .findFirst()
                .orElseThrow();
    }

    /** Whether a byte is one of a token, by the index. */
    private boolean holdsTokens(ShardEntry shard, ObjectRef file, int at) throws IOException {
        if (!file.file().endsWith(".bin")) {
            return false;
        }
        byte[] bytes = Files.readAllBytes(shards.path(shard.index().file()));
        MegatronIndex index = MegatronIndex.parse("", bytes, TokenType.UINT16);
        List<Boolean> within = new ArrayList<>();
        for (int i = 0; i < index.tokens().length; i++) {
            long begin = index.pointers()[i];
            within.add(at >= begin && at < begin + 2L * index.tokens()[i]);
        }
        return within.contains(true);
    }

    private ShardReader open(ShardEntry shard) throws IOException {
        return shards.open(shard, TokenType.UINT8);
    }
}
