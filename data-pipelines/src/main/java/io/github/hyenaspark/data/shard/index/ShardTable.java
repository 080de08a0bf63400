package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.io.CorruptFileException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** The shards of a split in the bytes of their file, about 110 each; they are parsed when one is asked for. */
final class ShardTable {
    private static final int HASH_BYTES = 32;
    private static final int FIXED_BYTES = Integer.BYTES + Short.BYTES + 3 * Long.BYTES + HASH_BYTES;

    private byte[] bytes = new byte[1 << 10];
    private int end;
    private int[] begins = new int[16]; // by shard, in bytes
    private long[] firsts = new long[17]; // by shard: the number of its first document; after the last, all documents
    private int shards;

    /**
     * A shard: u32 number of its unit in its segment; u16 length and UTF-8 bytes of its file's name; u64 its bytes; the
     * 32 bytes of the SHA-256 of its checksums; u64 documents; u64 tokens.
     */
    record Shard(int unit, ShardReader.Files files, long documents, long tokens) {
        Shard {
            if (!files.checksums().matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("the SHA-256 of the checksums of " + files.file() + ": found \""
                        + files.checksums() + "\", expected 64 hexadecimal digits");
            }
        }

        static Shard of(int unit, ShardEntry entry) {
            return new Shard(unit, ShardReader.Files.of(entry), entry.documents(), entry.tokens());
        }

        byte[] toBytes() {
            byte[] name = files.file().getBytes(StandardCharsets.UTF_8);
            ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + name.length).order(ByteOrder.LITTLE_ENDIAN);
            out.putInt(unit).putShort((short) name.length).put(name).putLong(files.bytes());
            out.put(HexFormat.of().parseHex(files.checksums()));
            return out.putLong(documents).putLong(tokens).array();
        }

        /** Reads what {@link #toBytes} wrote; {@code where} names the file in messages. */
        static Shard of(String where, ByteBuffer in) throws CorruptFileException {
            try {
                int unit = in.getInt();
                byte[] name = new byte[Short.toUnsignedInt(in.getShort())];
                in.get(name);
                long bytes = in.getLong();
                byte[] hash = new byte[HASH_BYTES];
                in.get(hash);
                var files = new ShardReader.Files(
                        new String(name, StandardCharsets.UTF_8),
                        bytes,
                        HexFormat.of().formatHex(hash));
                return new Shard(unit, files, in.getLong(), in.getLong());
            } catch (BufferUnderflowException | IllegalArgumentException e) {
                throw new CorruptFileException(where, "a table of shards", String.valueOf(e.getMessage()));
            }
        }
    }

    void add(Shard shard) {
        byte[] more = shard.toBytes();
        if (more.length > bytes.length - end) {
            bytes = Arrays.copyOf(bytes, Math.addExact(bytes.length, bytes.length / 2 + more.length));
        }
        if (shards == begins.length) {
            begins = Arrays.copyOf(begins, shards + shards / 2);
            firsts = Arrays.copyOf(firsts, begins.length + 1);
        }
        System.arraycopy(more, 0, bytes, end, more.length);
        begins[shards] = end;
        firsts[shards + 1] = Math.addExact(firsts[shards], shard.documents());
        end += more.length;
        shards++;
    }

    /** Nothing is added after that. */
    void end() {
        bytes = Arrays.copyOf(bytes, end);
        begins = Arrays.copyOf(begins, shards);
        firsts = Arrays.copyOf(firsts, shards + 1);
    }

    int shards() {
        return shards;
    }

    byte[] bytes() {
        return bytes;
    }

    long documents() {
        return firsts[shards];
    }

    /** The number of a shard's first document. */
    long first(int shard) {
        return firsts[shard];
    }

    /** The shard of a document. */
    int shardOf(long document) {
        int found = Arrays.binarySearch(firsts, 0, shards, document);
        int shard = found >= 0 ? found : -found - 2;
        while (firsts[shard + 1] <= document) { // shards without documents begin where the next one does
            shard++;
        }
        return shard;
    }

    Shard shard(int number) {
        ByteBuffer in =
                ByteBuffer.wrap(bytes, begins[number], end - begins[number]).order(ByteOrder.LITTLE_ENDIAN);
        try {
            return Shard.of("the index", in);
        } catch (CorruptFileException e) {
            throw new IllegalStateException(e); // what this wrote itself
        }
    }

    long heapBytes() {
        return bytes.length + (long) Integer.BYTES * begins.length + (long) Long.BYTES * firsts.length;
    }
}
