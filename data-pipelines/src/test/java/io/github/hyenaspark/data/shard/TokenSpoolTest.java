package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSpoolTest {
    private static final int CHUNK = TokenSpool.CHUNK_BYTES;

    /** The limit in chunks: nothing, something and everything is kept in memory. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 100})
    void bytesComeBackWhereverTheyAreAndHoweverTheyWereCut(int limit) throws IOException {
        Random random = new Random(limit);
        byte[] expected = new byte[0];
        try (var spool = new TokenSpool((long) limit * CHUNK)) {
            for (int step = 0; step < 60; step++) {
                if (random.nextInt(4) == 0) {
                    int cut = random.nextInt(expected.length + 1);
                    spool.cut(cut);
                    expected = Arrays.copyOf(expected, cut);
                } else {
                    int[] ids = random.ints(random.nextInt(CHUNK), 0, 256).toArray();
                    spool.append(TokenType.UINT8, ids, ids.length);
                    int before = expected.length;
                    expected = Arrays.copyOf(expected, before + ids.length);
                    for (int i = 0; i < ids.length; i++) {
                        expected[before + i] = (byte) ids[i];
                    }
                }
                assertThat(spool.bytes()).isEqualTo(expected.length);
                assertComesBack(spool, expected, random.nextInt(expected.length + 1));
            }
            assertComesBack(spool, expected, 0);
        }
    }

    private static void assertComesBack(TokenSpool spool, byte[] expected, int from) throws IOException {
        var out = new ByteArrayOutputStream();
        int middle = from + (expected.length - from) / 3;
        spool.copy(from, middle - from, out);
        spool.copy(middle, expected.length - middle, out);
        assertThat(Arrays.equals(out.toByteArray(), Arrays.copyOfRange(expected, from, expected.length)))
                .as("bytes from %d", from)
                .isTrue();
    }
}
