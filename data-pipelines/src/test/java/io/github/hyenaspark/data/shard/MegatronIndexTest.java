package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.io.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** One test for each way in which an index can be wrong; offsets are those of Megatron-LM's reader. */
class MegatronIndexTest {
    private static final int LENGTHS_AT = 34;

    private final byte[] good =
            MegatronIndex.of(ShardFormat.of(1000, 4096), new int[] {3, 5}).bytes();
    private final ByteBuffer index = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);

    @Test
    void anIndexComesBack() throws CorruptFileException {
        MegatronIndex read = MegatronIndex.parse("x.idx", good, TokenType.UINT16);

        assertThat(read.tokens()).containsExactly(3, 5);
        // A page of header; 6 bytes before each document's tokens, of two bytes each.
        assertThat(read.pointers()).containsExactly(4096 + 6, 4096 + 6 + 6 + 6);
    }

    @Test
    void anotherMagicIsRefused() {
        index.put(0, (byte) 'X');
        refused("the first bytes MMIDIDX, found others");
    }

    @Test
    void anotherVersionIsRefused() {
        index.putLong(9, 2);
        refused("version 1, found 2");
    }

    @Test
    void anotherTypeIsRefused() {
        index.put(17, (byte) 4);
        refused("type code 8, found 4");
    }

    @Test
    void countsThatDoNotFillTheFileAreRefused() {
        index.putLong(18, 3);
        refused("n documents and n+1 indices that fill the file, found 3 and 3 in " + good.length + " bytes");
    }

    @Test
    void hugeCountsAreRefused() {
        index.putLong(18, Long.MAX_VALUE).putLong(26, Long.MIN_VALUE);
        refused("n documents and n+1 indices that fill the file, found " + Long.MAX_VALUE);
    }

    @Test
    void aDocumentWithoutTokensIsRefused() {
        index.putInt(LENGTHS_AT, 0);
        refused("at least 1 token in document 0, found 0");
    }

    @Test
    void documentsThatOverlapAreRefused() {
        index.putLong(LENGTHS_AT + 8 + 8, 4096 + 7);
        refused("document 1 to begin at byte 4108 or later, found 4103");
    }

    @Test
    void documentIndicesOutOfOrderAreRefused() {
        index.putLong(LENGTHS_AT + 8 + 16 + 8, 2);
        refused("document index 1 to be 1, found 2");
    }

    @Test
    void aCutIndexIsRefused() {
        assertThatThrownBy(() -> MegatronIndex.parse("x.idx", Arrays.copyOf(good, 20), TokenType.UINT16))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage("x.idx: expected at least 34 bytes, found 20; run prepare again");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> MegatronIndex.parse("x.idx", good, TokenType.UINT16))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("x.idx: expected " + message)
                .hasMessageEndingWith("; run prepare again");
    }
}
