package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.MdsLayout;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;

/** Indexes that no snapshot has. */
public final class TestIndexes {
    private static final int PAGE = 4096;
    private static final int BLOCK = 1 << 16;

    private TestIndexes() {}

    /** Of the train split without some documents, by their numbers in shards. */
    public static SplitIndex dropping(
            Storage storage, String dataset, DatasetSnapshot snapshot, Map<String, int[]> dropped) throws IOException {
        List<SegmentIndex.Member> members = TestCorpus.shards(storage, dataset, snapshot, Split.TRAIN).stream()
                .map(shard -> new SegmentIndex.Member(0, shard))
                .toList();
        return ofShards(storage, dataset, Split.TRAIN, snapshot.tokenType(), members, dropped);
    }

    /** The index of shards from their {@code .idx} files, without some documents. */
    static SplitIndex ofShards(
            Storage storage,
            String dataset,
            Split split,
            TokenType type,
            List<SegmentIndex.Member> members,
            Map<String, int[]> dropped)
            throws IOException {
        var builder = new SplitIndex.Builder(dataset, split, type);
        builder.leaveOut(dropped);
        IndexSource.readShards(storage, members, builder);
        return new SplitIndex(builder);
    }

    /** The index of segments, in their order, without some documents. */
    static SplitIndex ofParts(
            Storage storage,
            String dataset,
            Split split,
            TokenType type,
            List<IndexSource.Part> parts,
            Map<String, int[]> dropped)
            throws IOException {
        var builder = new SplitIndex.Builder(dataset, split, type);
        builder.leaveOut(dropped);
        IndexSource.readParts(storage, parts, builder);
        return new SplitIndex(builder);
    }

    /** As if a snapshot of many parts had been read: of documents as long as those of the web, in shards of zeros. */
    public static SplitIndex synthetic(String dataset, int shards, int documents, int vocabularySize)
            throws IOException {
        TokenType type = TokenType.of(vocabularySize);
        var builder = new SplitIndex.Builder(dataset, Split.TRAIN, type);
        Random random = new Random(31);
        int[] tokens = new int[documents / shards + 1];
        for (int shard = 0; shard < shards; shard++) {
            int count = (int) ((shard + 1L) * documents / shards - (long) shard * documents / shards);
            long sum = 0;
            long bytes = (4L * count + 8 + PAGE - 1) / PAGE * PAGE;
            for (int document = 0; document < count; document++) {
                tokens[document] = 2 + (int) Math.exp(6.5 + 1.2 * random.nextGaussian());
                sum += tokens[document];
                bytes += MdsLayout.sampleBytes(type, tokens[document]);
            }
            String file = String.format(Locale.ROOT, "train/tok-%012x-%016x.bin", shard, 7919L * shard);
            var files = new ShardReader.Files(file, bytes, Hashes.sha256(checksumsOfZeros(bytes)));
            builder.begin(new ShardTable.Shard(shard, files, count, sum));
            for (int document = 0; document < count; document++) {
                builder.add(tokens[document], random.nextInt(50) == 0);
            }
            builder.end(file, "");
        }
        return new SplitIndex(builder);
    }

    /** Writes the file for all executors, as if a driver had read this index. */
    public static void share(Storage storage, DatasetSnapshot.Ref snapshot, SplitIndex index) throws IOException {
        storage.write(IndexSource.uri(snapshot, index.split()), out -> SegmentIndex.write(index, out));
    }

    public static SplitIndex open(Storage storage, DatasetSnapshot.Ref snapshot, Split split, int rangeBytes)
            throws IOException {
        return SplitIndex.open(storage, snapshot, split, rangeBytes);
    }

    /** The files of a shard of an index, all of whose bytes are zero. */
    public static void writeZeros(Storage storage, String dataset, SplitIndex index, int shard) throws IOException {
        ShardReader.Files files = index.shards().shard(shard).files();
        String uri = Storage.resolve(dataset, files.file());
        storage.write(uri, out -> out.write(new byte[(int) files.bytes()]));
        byte[] checksums = checksumsOfZeros(files.bytes());
        storage.write(uri.replaceFirst("bin$", "crc"), out -> out.write(checksums));
    }

    private static byte[] checksumsOfZeros(long bytes) {
        ByteBuffer checksums =
                ByteBuffer.allocate((int) ((bytes + BLOCK - 1) / BLOCK * 4)).order(ByteOrder.LITTLE_ENDIAN);
        int whole = crcOfZeros(BLOCK);
        for (long left = bytes; left > 0; left -= BLOCK) {
            checksums.putInt(left >= BLOCK ? whole : crcOfZeros((int) left));
        }
        return checksums.array();
    }

    private static int crcOfZeros(int bytes) {
        var crc = new CRC32C();
        crc.update(new byte[bytes]);
        return (int) crc.getValue();
    }
}
