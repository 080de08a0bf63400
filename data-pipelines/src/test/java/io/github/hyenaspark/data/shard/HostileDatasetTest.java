package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.testing.TestShards;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.Hostile;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Files of a dataset that were made to harm whoever reads them; their hashes are right, so the readers believe them.
 */
@Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileDatasetTest {
    private static final Map<String, String> HADOOP = Map.of("fs.mem.impl", MemoryFileSystem.class.getName());
    private static final int FEW = 2_000;
    private static final int MANY = 100_000;

    private final String root = "mem://" + UUID.randomUUID();
    private final String dataset = root + "/outer/dataset";
    private MemoryFileSystem store;
    private Storage storage;
    private ShardEntry shard;
    private DatasetSnapshot snapshot;

    @BeforeEach
    void writeADataset() throws IOException {
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration);
        storage = Storage.of(HADOOP);
        try (var writer = new ShardWriter(ShardFormat.of(256, 1 << 20), TestShards.TOKENIZER)) {
            for (int length = 1; length < 40; length += 7) {
                int[] document = new int[length];
                writer.append(document, length);
                writer.endDocument(Split.TRAIN, length, TestShards.content(length));
            }
            shard = writer.write(storage, dataset, "unit").get(0);
        }
        var unit = new UnitEntry("unit", "ab".repeat(32), UnitEntry.Counts.NONE, List.of(shard), List.of());
        var vocabulary = new Vocabulary("bytes", "cd".repeat(32), 256, 255, -1);
        snapshot = new DatasetSnapshot(
                2, 1, "", "ef".repeat(32), Map.of("seed", "7"), vocabulary, List.of(), List.of(), List.of(unit));
        storage.replace(snapshot.uri(dataset), snapshot.toJson());
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    /** As a training begins: the snapshot, then whatever it names. */
    private void readAll() throws IOException {
        DatasetSnapshot found = DatasetSnapshot.newest(storage, dataset);
        for (UnitEntry unit : found.ownUnits()) {
            for (ObjectRef file : unit.files()) {
                file.verify(storage, dataset);
            }
        }
        for (ShardEntry entry : TestCorpus.shards(storage, dataset, found, Split.TRAIN)) {
            readShard(entry, found.tokenType());
        }
    }

    private void readShard(ShardEntry entry, TokenType type) throws IOException {
        try (ShardReader reader = ShardReader.open(storage, dataset, entry, type)) {
            for (int document = 0; document < reader.documents(); document++) {
                int count = Math.toIntExact(reader.tokens(document));
                reader.read(document, 0, new int[count], 0, count);
            }
        }
    }

    @Test
    void hostileSnapshotsAreRefused() throws IOException {
        readSnapshots(FEW, 1);
    }

    @Test
    @Tag("endurance")
    void aHundredThousandHostileSnapshotsAreRefused() throws IOException {
        readSnapshots(MANY, 2);
    }

    private void readSnapshots(int count, long seed) throws IOException {
        byte[] valid = snapshot.toJson();
        readAll();
        int refused = 0;
        for (int i = 0; i < count; i++) {
            String what = "snapshot " + i + " of seed " + seed;
            Random random = new Random(seed * 1_000_003 + i);
            byte[] hostile = random.nextInt(4) == 0
                    ? Hostile.text(valid, random)
                    : Json.Sealed.SEAL.seal(Hostile.tree((ObjectNode) Json.parse("snapshot", valid), random));
            storage.replace(snapshot.uri(dataset), hostile);
            store.forgetCounts();
            refused += Hostile.refused(what, hostile.length, this::readAll) ? 1 : 0;
            assertThat(store.asked()).as(what).isNotEmpty().allMatch(path -> path.startsWith(dataset + "/"));
        }
        assertThat(refused).isGreaterThan(count / 2);
    }

    @Test
    void hostileShardsAreRefused() throws IOException {
        readShards(FEW, 3);
    }

    @Test
    @Tag("endurance")
    void aHundredThousandHostileShardsAreRefused() throws IOException {
        readShards(MANY, 4);
    }

    private void readShards(int count, long seed) throws IOException {
        readShard(shard, TokenType.UINT8);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            String what = "shard " + i + " of seed " + seed;
            Random random = new Random(seed * 1_000_003 + i);
            ObjectRef file = shard.files().get(random.nextInt(3));
            String uri = Storage.resolve(dataset, file.file());
            byte[] valid = storage.read(uri);
            byte[] hostile = random.nextBoolean() ? Hostile.bytes(valid, random) : withANumber(valid, random);
            storage.replace(uri, hostile);
            ShardEntry entry = named(file.file(), hostile);
            store.forgetCounts();
            refused += Hostile.refused(what, 2L * hostile.length, () -> readShard(entry, TokenType.UINT8)) ? 1 : 0;
            assertThat(store.asked()).as(what).isNotEmpty().allMatch(path -> path.startsWith(dataset + "/"));
            storage.replace(uri, valid);
        }
        assertThat(refused).isGreaterThan(count / 2);
    }

    private static byte[] withANumber(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        long[] numbers = {-1, 0, 1, random.nextLong(), Long.MAX_VALUE, Integer.MAX_VALUE, 1L << 32, 1L << 62};
        int at = random.nextInt(bytes.length);
        long number = numbers[random.nextInt(numbers.length)];
        if (random.nextBoolean() && at + Long.BYTES <= bytes.length) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, number);
        } else if (at + Integer.BYTES <= bytes.length) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) number);
        } else {
            bytes[at] = (byte) ~bytes[at];
        }
        return bytes;
    }

    /** The shard as a snapshot would name it if one of its files were this. */
    private ShardEntry named(String file, byte[] content) {
        List<ObjectRef> files = shard.files().stream()
                .map(old -> old.file().equals(file) ? new ObjectRef(file, content.length, Hashes.sha256(content)) : old)
                .toList();
        return new ShardEntry(
                files.get(0), files.get(1), files.get(2), shard.documents(), shard.tokens(), shard.textBytes());
    }
}
