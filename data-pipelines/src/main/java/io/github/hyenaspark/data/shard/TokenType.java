package io.github.hyenaspark.data.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How one token id is stored: little-endian, as numpy names it. Megatron knows no uint32, hence int32. */
public enum TokenType {
    /** One byte, vocabularies up to 256. */
    UINT8("uint8", 1, 1),
    /** Two bytes, vocabularies below 65,500 (the limit that Megatron draws). */
    UINT16("uint16", 2, 8),
    /** Four bytes, all others. */
    INT32("int32", 4, 4);

    private static final int UINT8_VOCABULARY = 256;
    private static final int UINT16_VOCABULARY = 65_500;

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

    /** Bytes of one token. */
    public int bytes() {
        return bytes;
    }

    /** The name of the type in numpy, MDS and our manifests. */
    public String numpyName() {
        return numpyName;
    }

    /** The code of the type in a Megatron {@code .idx}. */
    int megatronCode() {
        return megatronCode;
    }

    /** Writes {@code count} ids from the front of both arrays; the ids are in range already. */
    void encode(int[] ids, int count, byte[] to) {
        ByteBuffer out = ByteBuffer.wrap(to).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (this) {
                case UINT8 -> out.put((byte) ids[i]);
                case UINT16 -> out.putShort((short) ids[i]);
                case INT32 -> out.putInt(ids[i]);
            }
        }
    }

    /** Reads {@code count} ids from the front of {@code from} to {@code to[at...]}. */
    void decode(byte[] from, int[] to, int at, int count) {
        ByteBuffer in = ByteBuffer.wrap(from).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            to[at + i] = switch (this) {
                case UINT8 -> in.get() & 0xFF;
                case UINT16 -> in.getShort() & 0xFFFF;
                case INT32 -> in.getInt();
            };
        }
    }
}
