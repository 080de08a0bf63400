package io.github.hyenaspark.data.prepare.duplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRunFileTest {
    @TempDir
    Path directory;

    private final Storage storage = Storage.local();
    private final List<long[]> candidates = new ArrayList<>();

    @BeforeEach
    void candidates() {
        var random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            long place = ((long) random.nextInt(2) << Integer.SIZE) | random.nextInt(Integer.MAX_VALUE);
            candidates.add(new long[] {
                random.nextLong() >>> 1,
                random.nextLong(),
                random.nextInt(15),
                random.nextInt(300),
                random.nextInt(2048),
                place,
                random.nextInt(Integer.MAX_VALUE)
            });
        }
        candidates.sort(DuplicateRule::compare);
    }

    private KeyRun write(int parts) throws IOException {
        List<ObjectRef> files = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            int own = part;
            var sorted = candidates.stream()
                    .filter(one -> DuplicateRule.part(one, parts) == own)
                    .iterator();
            files.add(KeyRunFile.write(
                    storage,
                    directory.toString(),
                    "run-" + part,
                    part,
                    parts,
                    () -> sorted.hasNext() ? sorted.next() : new long[0]));
        }
        return new KeyRun(List.of("s"), files);
    }

    private List<long[]> read(KeyRun run, int ranges) throws IOException {
        List<long[]> read = new ArrayList<>();
        for (int range = 0; range < ranges; range++) {
            try (var cursor = KeyRunFile.Cursor.open(storage, directory.toString(), run, range, ranges)) {
                for (long[] next = cursor.next(0); next.length > 0; next = cursor.next(0)) {
                    assertThat(DuplicateRule.part(next, ranges)).isEqualTo(range);
                    read.add(next);
                }
            }
        }
        return read;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 8", "1, 512", "4, 4", "4, 512", "16, 64"})
    void anyRangesGiveAllKeysInOrder(int parts, int ranges) throws IOException {
        assertThat(read(write(parts), ranges))
                .usingElementComparator(DuplicateRule::compare)
                .isEqualTo(candidates);
    }

    @Test
    void keysBeforeOneThatIsSoughtArePassedOver() throws IOException {
        KeyRun run = write(1);
        var random = new Random(9);
        try (var cursor = KeyRunFile.Cursor.open(storage, directory.toString(), run, 0, 1)) {
            int at = 0;
            for (int ahead = 0; at < candidates.size(); ahead = random.nextInt(200)) {
                int sought = Math.min(at + ahead, candidates.size() - 1);
                long least = candidates.get(sought)[0] - random.nextInt(2);
                assertThat(cursor.next(least)).isEqualTo(candidates.get(sought));
                at = sought + 1;
            }
            assertThat(cursor.next(0)).isEmpty();
        }
        try (var cursor = KeyRunFile.Cursor.open(storage, directory.toString(), run, 0, 1)) {
            assertThat(cursor.next(Long.MAX_VALUE)).isEmpty();
        }
    }

    @Test
    void aRunWithoutKeysIsEmpty() throws IOException {
        candidates.clear();
        assertThat(read(write(2), 8)).isEmpty();
    }

    @Test
    void aFlippedByteIsFoundWhereverItIs() throws IOException {
        KeyRun run = write(1);
        Path file = directory.resolve(run.parts().get(0).file());
        byte[] whole = Files.readAllBytes(file);
        var random = new Random(8);
        for (int i = 0; i < 200; i++) {
            byte[] flipped = whole.clone();
            int at = i < 100 ? 8 + random.nextInt(6_000) : random.nextInt(whole.length);
            if (at >= 4 && at < 8) {
                continue; // how many parts there are, which the snapshot tells
            }
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
            assertThatThrownBy(() -> read(run, 1))
                    .as("byte %d", at)
                    .isInstanceOfAny(CorruptFileException.class, IOException.class, IllegalArgumentException.class);
            assertThatThrownBy(() -> passOver(run))
                    .as("byte %d, passed over", at)
                    .isInstanceOfAny(CorruptFileException.class, IOException.class, IllegalArgumentException.class);
        }
    }

    private void passOver(KeyRun run) throws IOException {
        try (var cursor = KeyRunFile.Cursor.open(storage, directory.toString(), run, 0, 1)) {
            assertThat(cursor.next(Long.MAX_VALUE)).isEmpty();
        }
    }
}
