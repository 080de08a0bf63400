package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification.Faults;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetVerificationTest {
    private static final long SEED = 11;

    @TempDir
    Path directory;

    private TestCorpus corpus;
    private String dataset;

    @BeforeEach
    void prepare() throws IOException {
        corpus = new TestCorpus(directory);
        for (int i = 0; i < 5; i++) {
            corpus.add(i + ".txt", ("some text " + i + " ").repeat(70));
        }
        corpus.add("again.txt", "some text 0 ".repeat(70)).add("bad.txt", new byte[] {'a', (byte) 0xFF});
        dataset = corpus.dataset().toString();
        corpus.prepare(corpus.config("1.txt"));
    }

    @Test
    void aWholeDatasetHasNoFault() throws IOException {
        DatasetVerification.Result result = DatasetVerification.run(corpus.storage(), dataset);

        assertThat(result.faults()).isEmpty();
        assertThat(result.objects()).isGreaterThan(20);
    }

    /** The night's run commits while the objects are read, and deletes what has expired. */
    @Test
    void whatAnotherRunCommitsOrDeletesMeanwhileIsNoFault() throws IOException {
        corpus.add("0.txt", "a new text ".repeat(70));
        DatasetVerification.Reading beside = objects -> {
            List<Optional<String>> found = new ArrayList<>();
            if (DatasetSnapshot.newest(corpus.storage(), dataset).number() == 1) {
                corpus.prepare(corpus.settings("data.validation-documents=[\"1.txt\"]", "data.on-changed=replace"));
                Expiry.run(corpus.storage(), dataset, 1, Long.MAX_VALUE, () -> {});
                Vacuum.run(corpus.storage(), dataset, Long.MAX_VALUE);
            }
            for (ObjectRef object : objects) {
                found.add(DatasetVerification.fault(corpus.storage(), dataset, object));
            }
            return Faults.of(0, found);
        };
        assertThat(DatasetVerification.run(corpus.storage(), dataset, beside).faults())
                .isEmpty();
        assertThat(DatasetSnapshot.newest(corpus.storage(), dataset).number()).isEqualTo(2);
    }

    @Test
    void everyObjectIsCountedOnceHoweverManySnapshotsListIt() throws IOException {
        assertCountsFiles();
        corpus.add("6.txt", "another text ".repeat(70)).add("7.txt", "some text 0 ".repeat(70));
        corpus.prepare(corpus.config("1.txt"));
        Files.delete(corpus.input().resolve("2.txt"));
        corpus.prepare(corpus.settings("data.validation-documents=[\"1.txt\"]", "data.prune=true"));
        assertCountsFiles();
    }

    private void assertCountsFiles() throws IOException {
        List<String> files = objects().stream()
                .filter(file -> !file.matches("(inputs|reports)/.*|.*\\.lock|lease\\.json|epoch\\.json"))
                .toList();
        long bytes = 0;
        for (String file : files) {
            bytes += Files.size(corpus.dataset().resolve(file));
        }
        DatasetVerification.Result result = DatasetVerification.run(corpus.storage(), dataset);
        assertThat(result.faults()).isEmpty();
        assertThat(result.objects()).as("of %s", files).isEqualTo(files.size());
        assertThat(result.bytes()).isEqualTo(bytes);
    }

    /** Goal 14: one flipped byte in any object is found. */
    @Test
    @Tag("goal-14")
    void aHundredFlippedBytesAreFound() throws IOException {
        List<String> files = objects();
        var random = new Random(SEED);
        for (int i = 0; i < 100; i++) {
            Path file = corpus.dataset().resolve(files.get(random.nextInt(files.size())));
            byte[] whole = Files.readAllBytes(file);
            byte[] flipped = whole.clone();
            int at = random.nextInt(whole.length);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);

            assertThat(DatasetVerification.run(corpus.storage(), dataset).faults())
                    .as("seed %d, flip %d: byte %d of %s", SEED, i, at, file)
                    .isNotEmpty();
            Files.write(file, whole);
        }
        assertThat(DatasetVerification.run(corpus.storage(), dataset).faults()).isEmpty();
    }

    @Test
    void aMissingObjectIsFound() throws IOException {
        for (String name : objects()) {
            Path file = corpus.dataset().resolve(name);
            byte[] whole = Files.readAllBytes(file);
            Files.delete(file);
            if (!name.startsWith("snapshots/")) {
                assertThat(DatasetVerification.run(corpus.storage(), dataset).faults())
                        .as(name)
                        .isNotEmpty();
            }
            Files.write(file, whole);
        }
    }

    /** The reader refuses what it reads, and reads nothing else. */
    @Test
    @Tag("goal-14")
    void aFlippedTokenIsRefusedWhenItIsRead() throws IOException {
        DatasetSnapshot snapshot = DatasetSnapshot.newest(corpus.storage(), dataset);
        var random = new Random(SEED);
        var leftOut =
                SnapshotUnits.duplicates(corpus.storage(), dataset, snapshot).keySet();
        for (var shard : corpus.shards(snapshot, Split.TRAIN)) {
            if (leftOut.contains(shard.file())) {
                continue;
            }
            Path file = corpus.dataset().resolve(shard.file());
            byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < 10; i++) {
                byte[] flipped = whole.clone();
                int at = 4096 + random.nextInt(whole.length - 4096);
                flipped[at] ^= 1;
                Files.write(file, flipped);
                assertThat(readsAll(snapshot)).as("byte %d of %s", at, file).isFalse();
            }
            Files.write(file, whole);
        }
        assertThat(readsAll(snapshot)).isTrue();
    }

    private boolean readsAll(DatasetSnapshot snapshot) {
        var packing = new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, 16);
        try (TokenBatches batches = TokenBatches.open(corpus.storage(), snapshot, dataset, Split.TRAIN, packing)) {
            batches.batch(LongStream.range(0, batches.sequences()).toArray());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> objects() throws IOException {
        // records of units have done their part when a snapshot lists their segment
        return TestCorpus.files(corpus.dataset()).keySet().stream()
                .filter(file -> !file.startsWith("units/"))
                .toList();
    }
}
