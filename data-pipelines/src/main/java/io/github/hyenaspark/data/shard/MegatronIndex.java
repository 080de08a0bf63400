package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.io.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The {@code .idx} beside a {@code .bin}, as Megatron-LM writes it ({@code megatron/core/datasets/indexed_dataset.py}):
 * {@code MMIDIDX} and two zero bytes; u64 version 1; u8 type; u64 sequences; u64 document indices; i32 tokens of each
 * sequence; i64 byte offset of each; i64 index of the first sequence of each document, and one past the last. All
 * little-endian. Here a document is one sequence.
 *
 * @param pointers byte offset in the shard of each document's first token
 */
record MegatronIndex(TokenType type, int[] tokens, long[] pointers) {
    private static final byte[] MAGIC = "MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final long VERSION = 1;
    private static final int HEADER_BYTES = MAGIC.length + 3 * Long.BYTES + 1;

    /** The index of documents with these tokens each (not copied). */
    static MegatronIndex of(ShardFormat format, int[] documentTokens) {
        var layout = new MdsLayout(format, documentTokens);
        long[] pointers = new long[documentTokens.length];
        for (int i = 0; i < pointers.length; i++) {
            pointers[i] = layout.pointer(i);
        }
        return new MegatronIndex(format.type(), documentTokens, pointers);
    }

    byte[] bytes() {
        ByteBuffer out =
                ByteBuffer.allocate(Math.toIntExact(bytes(tokens.length))).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putLong(VERSION).put((byte) type.megatronCode());
        out.putLong(tokens.length).putLong(tokens.length + 1L);
        for (int count : tokens) {
            out.putInt(count);
        }
        for (long pointer : pointers) {
            out.putLong(pointer);
        }
        for (long document = 0; document <= tokens.length; document++) {
            out.putLong(document);
        }
        return out.array();
    }

    /** Reads an index; refuses what {@link #bytes()} does not give for this type. */
    static MegatronIndex parse(String file, byte[] bytes, TokenType type) throws CorruptFileException {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        check(file, "at least " + HEADER_BYTES + " bytes", bytes.length >= HEADER_BYTES, bytes.length);
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        check(file, "the first bytes MMIDIDX", ByteBuffer.wrap(magic).equals(ByteBuffer.wrap(MAGIC)), "others");
        long version = in.getLong();
        check(file, "version " + VERSION, version == VERSION, version);
        int code = in.get();
        check(file, "type code " + type.megatronCode(), code == type.megatronCode(), code);
        long documents = in.getLong();
        long indices = in.getLong();
        boolean counted = documents >= 0
                && documents < Integer.MAX_VALUE
                && indices == documents + 1
                && bytes(documents) == bytes.length;
        String found = String.format(Locale.ROOT, "%d and %d in %d bytes", documents, indices, bytes.length);
        check(file, "n documents and n+1 indices that fill the file", counted, found);
        return arrays(file, in, type, (int) documents);
    }

    private static MegatronIndex arrays(String file, ByteBuffer in, TokenType type, int documents)
            throws CorruptFileException {
        int[] tokens = new int[documents];
        in.asIntBuffer().get(tokens);
        in.position(in.position() + documents * Integer.BYTES);
        long[] pointers = new long[documents];
        in.asLongBuffer().get(pointers);
        in.position(in.position() + documents * Long.BYTES);
        long end = 0;
        for (int i = 0; i < documents; i++) {
            if (tokens[i] < 1 || pointers[i] < end) { // the words of a check cost more than all the rest
                check(file, "at least 1 token in document " + i, tokens[i] >= 1, tokens[i]);
                check(file, "document " + i + " to begin at byte " + end + " or later", false, pointers[i]);
            }
            end = pointers[i] + (long) tokens[i] * type.bytes();
        }
        for (int i = 0; i <= documents; i++) {
            long index = in.getLong();
            if (index != i) {
                check(file, "document index " + i + " to be " + i, false, index);
            }
        }
        return new MegatronIndex(type, tokens, pointers);
    }

    void requireWithin(String file, long shardBytes) throws CorruptFileException {
        for (int i = 0; i < tokens.length; i++) {
            long last = shardBytes - (long) tokens[i] * type.bytes();
            check(file, "document " + i + " to begin at byte " + last + " or before", pointers[i] <= last, pointers[i]);
        }
    }

    void requireDocuments(String file, long documents) throws CorruptFileException {
        check(file, documents + " documents", tokens.length == documents, tokens.length);
    }

    /** Refuses pointers other than those of {@link MdsLayout} in a shard of so many bytes. */
    void requireLayout(String file, long shardBytes) throws CorruptFileException {
        long at = shardBytes;
        for (int i = tokens.length - 1; i >= 0; i--) {
            at -= MdsLayout.sampleBytes(type, tokens[i]);
            long pointer = at + MdsLayout.prefixBytes(tokens[i]);
            if (pointers[i] != pointer) {
                check(file, "document " + i + " to begin at byte " + pointer, false, pointers[i]);
            }
        }
        boolean fits = MdsLayout.isHeader(at, tokens.length);
        check(file, "samples that begin on a page", fits, "byte " + at);
    }

    private static long bytes(long documents) {
        return HEADER_BYTES + documents * (Integer.BYTES + Long.BYTES) + (documents + 1) * Long.BYTES;
    }

    private static void check(String file, String expected, boolean fits, Object found) throws CorruptFileException {
        if (!fits) {
            throw new CorruptFileException(file, expected, found.toString(), "run prepare again");
        }
    }
}
