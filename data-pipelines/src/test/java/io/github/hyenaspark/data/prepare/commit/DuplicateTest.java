package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.DuplicateList;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class DuplicateTest {
    @TempDir
    Path directory;

    @Test
    void anEqualTextIsLeftOutOfPlansAndStaysInItsShard() throws IOException {
        var corpus = new TestCorpus(directory)
                .add("a.txt", "same")
                .add("b.txt", "other")
                .add("c.txt", "same");
        DatasetSnapshot snapshot = corpus.prepare(corpus.config()).snapshot();

        assertThat(snapshot.documents(Split.TRAIN)).isEqualTo(3);
        assertThat(snapshot.counts().exactDuplicates()).isEqualTo(1);
        assertThat(dropped(corpus, snapshot)).containsExactly(2);
        // "same" has 4 targets, "other" 5
        assertThat(realTokens(corpus, snapshot)).isEqualTo(9);
    }

    @Test
    void whatCameFirstStaysWhenMoreComes() throws IOException {
        var corpus = new TestCorpus(directory).add("m.txt", "same").add("n.txt", "other");
        corpus.prepare(corpus.config());
        // by path it would be the first
        DatasetSnapshot second =
                corpus.add("a.txt", "same").prepare(corpus.config()).snapshot();
        DatasetSnapshot third =
                corpus.add("b.txt", "other").prepare(corpus.config()).snapshot();

        assertThat(corpus.units(second).get(0).counts().duplicates()).isZero();
        assertThat(corpus.units(second).get(1).counts().duplicates()).isEqualTo(1);
        assertThat(corpus.units(third).subList(0, 2)).isEqualTo(corpus.units(second));
        assertThat(third.counts().exactDuplicates()).isEqualTo(2);
    }

    @Test
    void theSecondGoesInAgainWhenTheFirstIsReplaced() throws IOException {
        var corpus = new TestCorpus(directory)
                .add("a.txt", "same " + "a".repeat(900))
                .add("b.txt", "same " + "a".repeat(900));
        corpus.prepare(corpus.config());
        corpus.add("a.txt", "new");

        DatasetSnapshot second =
                corpus.prepare(corpus.settings("data.on-changed=replace")).snapshot();
        assertThat(second.counts().duplicates()).isZero();
    }

    @Test
    void allStayIfNobodyLooks() throws IOException {
        var corpus = new TestCorpus(directory).add("a.txt", "same").add("b.txt", "same");
        DatasetSnapshot snapshot =
                corpus.prepare(corpus.settings("data.clean.duplicates=keep")).snapshot();

        assertThat(snapshot.counts().duplicates()).isZero();
        assertThat(SnapshotUnits.duplicates(corpus.storage(), corpus.dataset().toString(), snapshot))
                .isEmpty();
    }

    @Test
    void plantedNearDuplicatesAreFound() throws IOException {
        var corpus = new TestCorpus(directory);
        var random = new Random(5);
        int originals = 60;
        for (int i = 0; i < originals; i++) {
            String text = words(random, 400);
            corpus.add(String.format(Locale.ROOT, "a/%03d.txt", i), text);
            if (i < 30) {
                corpus.add(String.format(Locale.ROOT, "b/%03d.txt", i), changed(text, random, 4));
            }
        }
        DatasetSnapshot snapshot = corpus.prepare(
                        corpus.settings("data.clean.duplicates=near", "data.unit-bytes=10000000"))
                .snapshot();

        long found = snapshot.counts().nearDuplicates();
        int[] numbers =
                dropped(corpus, snapshot).stream().mapToInt(Integer::intValue).toArray();
        long wrong = Arrays.stream(numbers).filter(number -> number < originals).count();
        LoggerFactory.getLogger(DuplicateTest.class)
                .info("near duplicates: 30 planted among {} documents, {} found, {} false", originals, found, wrong);
        assertThat(snapshot.counts().exactDuplicates()).isZero();
        // four changed words of 400 change at most 20 of 396 shingles: similarity at least 0.9, found with 1 - 3e-4
        assertThat(found).isEqualTo(30);
        assertThat(wrong).isZero();
    }

    @Test
    void aDamagedListIsRefused() throws IOException {
        var corpus = new TestCorpus(directory).add("a.txt", "same").add("b.txt", "same");
        DatasetSnapshot snapshot = corpus.prepare(corpus.config()).snapshot();
        Path list = corpus.dataset()
                .resolve(snapshot.segments().get(0).duplicates().orElseThrow().file());
        byte[] bytes = Files.readAllBytes(list);
        bytes[bytes.length / 2] ^= 1;
        Files.write(list, bytes);

        Assertions.assertThatThrownBy(() -> realTokens(corpus, snapshot))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(list.getFileName() + ": expected SHA-256");
    }

    private static List<Integer> dropped(TestCorpus corpus, DatasetSnapshot snapshot) throws IOException {
        List<Integer> all = new ArrayList<>();
        SnapshotUnits.read(corpus.storage(), corpus.dataset().toString(), snapshot, unit -> {
            DuplicateList list = unit.duplicates();
            for (var numbers : List.of(list.exact(), list.near())) {
                for (int number : numbers.getOrDefault(Split.TRAIN, new int[0])) {
                    all.add(number);
                }
            }
        });
        return all;
    }

    private static long realTokens(TestCorpus corpus, DatasetSnapshot snapshot) throws IOException {
        try (TokenBatches batches = TokenBatches.open(
                corpus.storage(),
                snapshot,
                corpus.dataset().toString(),
                Split.TRAIN,
                new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, 4))) {
            return batches.plan().realTokens();
        }
    }

    private static String words(Random random, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("w").append(random.nextInt(5000)).append(' ');
        }
        return text.toString();
    }

    private static String changed(String text, Random random, int words) {
        String[] all = text.split(" ", -1);
        for (int i = 0; i < words; i++) {
            all[random.nextInt(all.length)] = "changed" + i;
        }
        return String.join(" ", all);
    }
}
