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
import java.util.zip.CRC32C;

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
    static void read(
            String uri, RangeReader file, int rangeBytes, String hint, IntPredicate leftOut, IndexSource.Target to)
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

    /**
     * Bytes in blocks of 64 KiB, the last one shorter, each of which ends with the CRC-32C of its other bytes as a
     * little-endian u32; so whatever range of blocks is read can be checked.
     */
    private static final class CheckedBlocks {
        static final int BLOCK_BYTES = 1 << 16;

        private static final int PAYLOAD_BYTES = BLOCK_BYTES - Integer.BYTES;

        private final String uri;
        private final RangeReader in;
        private final byte[] range;
        private final CRC32C crc = new CRC32C();
        private final String hint;
        private long next; // the offset of the next range
        private int rangeEnd;
        private int nextBlock; // within the range
        private ByteBuffer block = ByteBuffer.allocate(0);

        /** Reads a file from its start, so many bytes at a time; {@code hint} says what to do about a damaged one. */
        CheckedBlocks(String uri, RangeReader in, int rangeBytes, String hint) {
            this.uri = uri;
            this.in = in;
            this.hint = hint;
            int blocks = Math.max(1, rangeBytes / BLOCK_BYTES);
            range = new byte[(int) Math.min((long) blocks * BLOCK_BYTES, in.length())];
        }

        /** The bytes between the checksums of the whole file. */
        long payloadBytes() {
            return in.length() - (in.length() + BLOCK_BYTES - 1) / BLOCK_BYTES * Integer.BYTES;
        }

        /** The next four bytes; a number never begins in one block and ends in another. */
        int readInt() throws IOException {
            if (!block.hasRemaining()) {
                readBlock();
            }
            return block.getInt();
        }

        void readFully(ByteBuffer to) throws IOException {
            while (to.hasRemaining()) {
                if (!block.hasRemaining()) {
                    readBlock();
                }
                int now = Math.min(to.remaining(), block.remaining());
                to.put(block.slice().limit(now));
                block.position(block.position() + now);
            }
        }

        private void readBlock() throws IOException {
            if (nextBlock == rangeEnd) {
                rangeEnd = (int) Math.min(range.length, in.length() - next);
                in.readFully(next, range, 0, rangeEnd);
                next += rangeEnd;
                nextBlock = 0;
            }
            int payload = Math.min(PAYLOAD_BYTES, rangeEnd - nextBlock - Integer.BYTES);
            if (payload <= 0 || payload % Integer.BYTES != 0) {
                throw new CorruptFileException(uri, "whole blocks with their checksums", in.length() + " bytes", hint);
            }
            crc.reset();
            crc.update(range, nextBlock, payload);
            block = ByteBuffer.wrap(range, nextBlock, payload + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            int expected = block.getInt(nextBlock + payload);
            if (expected != (int) crc.getValue()) {
                String place = "CRC-32C " + Integer.toHexString(expected) + " of the 64 KiB that begin at byte "
                        + (next - rangeEnd + nextBlock);
                throw new CorruptFileException(uri, place, Integer.toHexString((int) crc.getValue()), hint);
            }
            block.limit(nextBlock + payload);
            nextBlock += payload + Integer.BYTES;
        }

        /** Passes on blocks. */
        static final class Output {
            private final OutputStream out;
            private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            private final CRC32C crc = new CRC32C();

            Output(OutputStream out) {
                this.out = out;
            }

            void writeInt(int number) throws IOException {
                if (block.position() == PAYLOAD_BYTES) {
                    end();
                }
                block.putInt(number);
            }

            void write(byte[] bytes) throws IOException {
                for (int at = 0; at < bytes.length; ) {
                    if (block.position() == PAYLOAD_BYTES) {
                        end();
                    }
                    int now = Math.min(bytes.length - at, PAYLOAD_BYTES - block.position());
                    block.put(bytes, at, now);
                    at += now;
                }
            }

            /** Passes on what waits; the stream stays open. */
            void end() throws IOException {
                if (block.position() > 0) {
                    crc.reset();
                    crc.update(block.array(), 0, block.position());
                    block.putInt((int) crc.getValue());
                    out.write(block.array(), 0, block.position());
                    block.clear();
                }
            }
        }
    }
}
