package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.Refusal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What all shards of a dataset share: ids are in [0, V), and a shard is cut before it exceeds its bytes, but a longer
 * document gets one of its own.
 */
public record ShardFormat(TokenType type, int vocabularySize, long shardBytes) {
    /** MDS offsets are unsigned 32-bit numbers. */
    static final long LARGEST_SHARD = (1L << 32) - 1;

    public ShardFormat {
        boolean fits = shardBytes >= 1 && shardBytes <= LARGEST_SHARD;
        Refusal.unless(fits, "data.shard-bytes", shardBytes, "1 to " + LARGEST_SHARD + " bytes");
    }

    public static ShardFormat of(int vocabularySize, long shardBytes) {
        return new ShardFormat(TokenType.of(vocabularySize), vocabularySize, shardBytes);
    }

    /** The most tokens of a document: MDS offsets have 32 bits, Megatron's lengths 31. */
    public long longestDocument() {
        long header = new MdsLayout(this, new int[] {1}).pointer(0) + Long.BYTES;
        return Math.min(Integer.MAX_VALUE, (LARGEST_SHARD - header) / type.bytes());
    }

    /** How one token id is stored: little-endian, with numpy's names. Megatron lacks uint32, hence int32. */
    public enum TokenType {
        /** One byte, for vocabularies up to 256. */
        UINT8("uint8", 1, 1),
        /** Two bytes, for vocabularies below 65,500 (Megatron's limit). */
        UINT16("uint16", 2, 8),
        /** Four bytes, for all others. */
        INT32("int32", 4, 4);

        private static final int UINT8_VOCABULARY = 256;
        private static final int UINT16_VOCABULARY = 65_500;
        private static final VarHandle SHORTS =
                MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
        private static final VarHandle INTS =
                MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

        private final String numpyName;
        private final int bytes;
        private final int megatronCode;

        TokenType(String numpyName, int bytes, int megatronCode) {
            this.numpyName = numpyName;
            this.bytes = bytes;
            this.megatronCode = megatronCode;
        }

        /** The smallest type for the ids in [0, V). */
        public static TokenType of(int vocabularySize) {
            if (vocabularySize < 1) {
                throw new IllegalArgumentException("a vocabulary has at least 1 id, found " + vocabularySize);
            }
            if (vocabularySize <= UINT8_VOCABULARY) {
                return UINT8;
            }
            return vocabularySize < UINT16_VOCABULARY ? UINT16 : INT32;
        }

        public int bytes() {
            return bytes;
        }

        public String numpyName() {
            return numpyName;
        }

        int megatronCode() {
            return megatronCode;
        }

        /** Writes the ids {@code ids[from ... from+count)}, in range already, to {@code to[at...]}. */
        void encode(int[] ids, int from, int count, byte[] to, int at) {
            switch (this) {
                case UINT8 -> {
                    for (int i = 0; i < count; i++) {
                        to[at + i] = (byte) ids[from + i];
                    }
                }
                case UINT16 -> {
                    for (int i = 0; i < count; i++) {
                        SHORTS.set(to, at + i * Short.BYTES, (short) ids[from + i]);
                    }
                }
                case INT32 -> {
                    for (int i = 0; i < count; i++) {
                        INTS.set(to, at + i * Integer.BYTES, ids[from + i]);
                    }
                }
            }
        }

        /** Reads {@code count} ids from {@code from[begin...]} to {@code to[at...]}. */
        void decode(byte[] from, int begin, int[] to, int at, int count) {
            switch (this) {
                case UINT8 -> {
                    for (int i = 0; i < count; i++) {
                        to[at + i] = from[begin + i] & 0xFF;
                    }
                }
                case UINT16 -> {
                    for (int i = 0; i < count; i++) {
                        to[at + i] = (short) SHORTS.get(from, begin + i * Short.BYTES) & 0xFFFF;
                    }
                }
                case INT32 -> {
                    for (int i = 0; i < count; i++) {
                        to[at + i] = (int) INTS.get(from, begin + i * Integer.BYTES);
                    }
                }
            }
        }
    }
}
