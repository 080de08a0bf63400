package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.HostileBytes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.SealedJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a dataset that somebody has tampered with: refused in a sentence, without harm. */
class HostileShardTest {
    private static final long SEED = 670;
    private static final int FEW = 2_000;
    private static final int MANY = 100_000;
    private static final ShardFormat FORMAT = ShardFormat.of(256, 1 << 20);

    @TempDir
    Path dataset;

    @Test
    void indexesAndShardsThatWereTamperedWithAreRefused() throws IOException {
        indexes(FEW);
        shards(FEW / 4);
    }

    @Test
    @Tag("endurance")
    void manyIndexesAndShardsThatWereTamperedWithAreRefused() throws IOException {
        indexes(MANY);
        shards(MANY);
    }

    private void indexes(int files) throws IOException {
        ShardEntry shard =
                new TestShards(dataset).write(FORMAT, TestShards.documents(256)).get(0);
        byte[] good = Files.readAllBytes(dataset.resolve(shard.indexFile()));
        int refused = HostileBytes.feed(
                SEED, files, good, UnaryOperator.identity(), file -> MegatronIndex.parse("i", file, TokenType.UINT8));
        assertThat(refused).isGreaterThan(files / 2);
    }

    /** Each file of a shard in turn, and the entry's hashes and lengths made to fit, as a liar would. */
    private void shards(int files) throws IOException {
        var shards = new TestShards(dataset);
        ShardEntry shard = shards.write(FORMAT, TestShards.documents(256)).get(0);
        int refused = 0;
        for (String name : List.of(shard.file(), shard.indexFile(), shard.checksumFile())) {
            Path path = dataset.resolve(name);
            byte[] good = Files.readAllBytes(path);
            refused += HostileBytes.feed(SEED, files / 3, good, UnaryOperator.identity(), file -> {
                Files.write(path, file);
                read(shards, fitting(shard, name, file));
            });
            Files.write(path, good);
        }
        assertThat(refused).isGreaterThan(files / 2);
    }

    private static void read(TestShards shards, ShardEntry shard) throws IOException {
        try (ShardReader reader = shards.open(shard, TokenType.UINT8)) {
            for (int document = 0; document < Math.min(3, reader.documents()); document++) {
                int count = (int) Math.min(100, reader.tokens(document));
                reader.read(document, 0, new int[count], 0, count);
            }
            reader.verify();
        }
    }

    private static ShardEntry fitting(ShardEntry shard, String name, byte[] file) {
        ShardEntry.Facts old = shard.facts();
        String hash = Hashes.sha256(file);
        ShardEntry.Facts facts = name.equals(shard.file())
                ? new ShardEntry.Facts(
                        file.length,
                        hash,
                        old.indexBytes(),
                        old.indexSha256(),
                        old.checksumBytes(),
                        old.checksumSha256())
                : name.equals(shard.indexFile())
                        ? new ShardEntry.Facts(
                                old.bytes(), old.sha256(), file.length, hash, old.checksumBytes(), old.checksumSha256())
                        : new ShardEntry.Facts(
                                old.bytes(), old.sha256(), old.indexBytes(), old.indexSha256(), file.length, hash);
        return new ShardEntry(shard.file(), facts, shard.documents(), shard.tokens(), shard.textBytes());
    }

    @Test
    void snapshotsThatWereTamperedWithAreRefused() throws IOException {
        snapshots(FEW);
    }

    @Test
    @Tag("endurance")
    void manySnapshotsThatWereTamperedWithAreRefused() throws IOException {
        snapshots(MANY);
    }

    private void snapshots(int files) throws IOException {
        ShardEntry shard =
                new TestShards(dataset).write(FORMAT, TestShards.documents(256)).get(0);
        var unit = new UnitEntry(
                "u",
                "d",
                new UnitEntry.Counts(1, 2, 3, 4, 5),
                List.of(shard),
                List.of(new ObjectFacts("docs/x", 10, "d")));
        var snapshot = new DatasetSnapshot(
                1, "", "f", Map.of("unit-bytes", "1"), new Vocabulary("bytes", "f", 256, 255, -1), List.of(unit));
        byte[] good = snapshot.toJson();
        DatasetSnapshot.fromJson("s", good);
        int refused = HostileBytes.feed(
                SEED, files, good, HostileShardTest::sealed, file -> DatasetSnapshot.fromJson("s", file));
        assertThat(refused).isGreaterThan(files / 2);
    }

    private static byte[] sealed(byte[] bytes) {
        try {
            return Json.parse("s", bytes) instanceof ObjectNode root ? SealedJson.bytes(root) : bytes;
        } catch (CorruptFileException e) {
            return bytes;
        }
    }
}
