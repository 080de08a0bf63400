package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.FrozenFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenHashesTest {
    private static final Storage STORAGE = Storage.local();

    /** On documents of bytes, some of which are the numbers of bases; read whole, or in many windows. */
    @ParameterizedTest
    @ValueSource(ints = {7, 64, 1 << 20})
    void theHashOfBothStrandsIsThatOfTheLesser(int longest, @TempDir Path directory) throws Exception {
        String dataset = FrozenFiles.copy("0.1", directory).place("dataset");
        DatasetSnapshot.Ref snapshot = DatasetSnapshot.Ref.of(DatasetSnapshot.newest(STORAGE, dataset), dataset);
        try (var documents = LabelledDocuments.open(STORAGE, snapshot)) {
            for (int document = 0; document < documents.documents(); document++) {
                int[] ids = documents.read(document, 1 << 20, 0);
                String own = hash(ids, longest);
                String other = hash(Readings.COMPLEMENT.backwards(ids), longest);
                assertThat(own).isNotEqualTo(other);
                assertThat(TokenHashes.of(documents, document, Readings.COMPLEMENT, longest))
                        .isEqualTo(new TokenHashes(own, own.compareTo(other) < 0 ? own : other));
                assertThat(TokenHashes.of(documents, document, Readings.BOTH, longest))
                        .isEqualTo(new TokenHashes(own, ""));
            }
        }
    }

    @Test
    void manyDocumentsAreHashedInTheirOrder(@TempDir Path directory) throws Exception {
        String dataset = FrozenFiles.copy("0.1", directory).place("dataset");
        DatasetSnapshot.Ref snapshot = DatasetSnapshot.Ref.of(DatasetSnapshot.newest(STORAGE, dataset), dataset);
        List<TokenHashes> expected = new ArrayList<>();
        try (var documents = LabelledDocuments.open(STORAGE, snapshot)) {
            for (int document = 0; document < documents.documents(); document++) {
                expected.add(TokenHashes.of(documents, document, Readings.COMPLEMENT, 1 << 16));
            }
        }
        assertThat(expected).hasSizeGreaterThan(3);
        assertThat(TokenHashes.all(STORAGE, snapshot, Readings.COMPLEMENT)).isEqualTo(expected);
    }

    /** Of all windows of a sequence. */
    private static String hash(int[] ids, int longest) {
        MessageDigest digest = Hashes.newSha256();
        for (int window = 0; window < LabelledDocuments.windows(ids.length, longest); window++) {
            int from = (int) LabelledDocuments.begin(ids.length, longest, window);
            for (int id : Arrays.copyOfRange(ids, from, Math.min(ids.length, from + longest))) {
                digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, id));
            }
        }
        return Hashes.hex(digest.digest());
    }
}
