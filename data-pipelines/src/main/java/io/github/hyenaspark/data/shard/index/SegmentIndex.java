package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.ShardTable.Shard;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The file of an index: which shards there are, and the tokens of every document, so that nobody asks a shard for them.
 * One is of the shards of one split of a segment, or of a whole snapshot. In the blocks of {@link CheckedBlocks}:
 * {@code HYENAIDX}; u32 version 1; u32 bytes of a token; u64 shards; u64 documents; u64 bytes of the table of shards;
 * the table ({@link ShardTable.Shard}), padded with zeros to a multiple of four; the tokens of each document as u32,
 * end included, in the order of the shards, with the highest bit set if every plan leaves the document out. All numbers
 * are little-endian.
 */
public final class SegmentIndex {
    private static final long MAGIC = 0x5844_4941_4E45_5948L; // HYENAIDX
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 4 * Long.BYTES + 2 * Integer.BYTES;
    private static final int LEFT_OUT = 1 << 31;

    private SegmentIndex() {}

    /** A shard, and the number of its unit in its segment. */
    public record Member(int unit, ShardEntry shard) {}

    /** The shards of one split of units, numbered in their order. */
    public static List<Member> members(List<UnitEntry> units, Split split) {
        return IntStream.range(0, units.size())
                .boxed()
                .flatMap(unit -> units.get(unit).shards(split).stream().map(shard -> new Member(unit, shard)))
                .toList();
    }

    /** Writes the index of shards of one split; reads the {@code .idx} of each once, several at the same time. */
    public static ObjectRef write(
            Storage storage, String dataset, String file, Split split, TokenType type, List<Member> shards)
            throws IOException {
        var builder = new SplitIndex.Builder(dataset, split, type);
        IndexSource.readShards(storage, shards, builder);
        var index = new SplitIndex(builder);
        FileInfo written = storage.write(Storage.resolve(dataset, file), out -> write(index, out));
        return new ObjectRef(file, written.bytes(), written.sha256());
    }

    /** The bytes of an index's file. */
    static void write(SplitIndex index, OutputStream to) throws IOException {
        Documents all = lengths -> {
            for (long document = 0; document < index.documents(); document++) {
                lengths.document((int) index.length(document), index.isLeftOut(document));
            }
        };
        write(index.type(), index.shards(), all, to);
    }

    /** All documents of some shards, one after another. */
    @FunctionalInterface
    interface Documents {
        void forEach(SplitScan.Lengths lengths) throws IOException;
    }

    /** The same of documents that are not in memory. */
    static void write(TokenType type, ShardTable shards, Documents documents, OutputStream to) throws IOException {
        int table = shards.bytes().length;
        int padding = -table & Integer.BYTES - 1;
        var out = new CheckedBlocks.Output(to);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC).putInt(VERSION).putInt(type.bytes());
        header.putLong(shards.shards()).putLong(shards.documents()).putLong(table);
        out.write(header.array());
        out.write(shards.bytes());
        out.write(new byte[padding]);
        documents.forEach((length, leftOut) -> out.writeInt(length | (leftOut ? LEFT_OUT : 0)));
        out.end();
    }

    /**
     * Adds the shards of a file to an index, until that has enough, in ranges of so many bytes.
     *
     * @param leftOut numbers of units of the segment whose shards are left out
     */
    static void read(String uri, RangeReader file, int rangeBytes, String hint, IntPredicate leftOut, IndexTarget to)
            throws IOException {
        var in = new CheckedBlocks(uri, file, rangeBytes, hint);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        check(uri, "at least " + HEADER_BYTES + " bytes", in.payloadBytes() >= HEADER_BYTES, file.length(), hint);
        in.readFully(header);
        header.flip();
        check(uri, "the first bytes HYENAIDX", header.getLong() == MAGIC, "others", hint);
        int version = header.getInt();
        check(uri, "version " + VERSION, version == VERSION, version, hint);
        int tokenBytes = header.getInt();
        check(uri, to.type().bytes() + " bytes a token", tokenBytes == to.type().bytes(), tokenBytes, hint);
        long shards = header.getLong();
        long documents = header.getLong();
        long table = header.getLong();
        long rest = in.payloadBytes() - HEADER_BYTES;
        boolean fits = table >= 0
                && table <= Math.min(rest, Integer.MAX_VALUE - Integer.BYTES)
                && documents >= 0
                && documents <= rest / Integer.BYTES
                && (table + Integer.BYTES - 1) / Integer.BYTES * Integer.BYTES + documents * Integer.BYTES == rest;
        String found = table + " bytes and " + documents + " documents in " + file.length() + " bytes";
        check(uri, "a table and numbers of documents that fill the file", fits, found, hint);
        ByteBuffer entries = ByteBuffer.allocate((int) table + (int) (-table & Integer.BYTES - 1))
                .order(ByteOrder.LITTLE_ENDIAN);
        in.readFully(entries);
        entries.flip().limit((int) table);
        long read = 0;
        for (long number = 0; number < shards && !to.isFull(); number++) {
            Shard shard = Shard.of(uri, entries);
            boolean within = shard.documents() >= 0 && shard.documents() <= documents - read;
            check(uri, documents + " documents", within, read + " and " + shard.documents() + " of them", hint);
            read += shard.documents();
            boolean kept = !leftOut.test(shard.unit());
            if (kept) {
                to.begin(shard);
            }
            for (long document = 0; document < shard.documents(); document++) {
                int tokens = in.readInt();
                if (kept) {
                    to.add(tokens & ~LEFT_OUT, (tokens & LEFT_OUT) != 0);
                }
            }
            if (kept) {
                to.end(uri, hint);
            }
        }
        boolean whole = to.isFull() || (read == documents && !entries.hasRemaining());
        check(uri, documents + " documents in " + shards + " shards", whole, read, hint);
    }

    private static void check(String file, String expected, boolean fits, Object found, String hint)
            throws CorruptFileException {
        if (!fits) {
            throw new CorruptFileException(file, expected, found.toString(), hint);
        }
    }
}
