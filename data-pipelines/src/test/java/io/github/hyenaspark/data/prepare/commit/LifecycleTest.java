package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Effect;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of snapshots after they were made. */
class LifecycleTest {
    @TempDir
    Path directory;

    @Test
    void prunedDocumentsAreDeletedOnceNoSnapshotListsThem() throws IOException {
        var corpus = new TestCorpus(directory);
        corpus.add("a.txt", "a".repeat(900)).add("secret.txt", "s".repeat(900)).add("z.txt", "z".repeat(900));
        String dataset = corpus.dataset().toString();
        DatasetSnapshot first =
                corpus.prepare(corpus.settings("data.unit-bytes=1000")).snapshot();
        Files.delete(corpus.input().resolve("secret.txt"));
        DatasetSnapshot second = corpus.prepare(corpus.settings("data.unit-bytes=1000", "data.prune=true"))
                .snapshot();
        Pins.write(corpus.storage(), dataset, first, corpus.input().toString());
        List<String> withSecret = shards(corpus, first);
        List<String> without = shards(corpus, second);
        assertThat(without).hasSize(2).isSubsetOf(withSecret);

        Expiry.Result pinned = Expiry.run(corpus.storage(), dataset, 1, Long.MAX_VALUE);
        assertThat(pinned).isEqualTo(new Expiry.Result(0, 2, 1));
        Vacuum.run(corpus.storage(), dataset, Long.MAX_VALUE);
        assertThat(files(corpus)).containsAll(withSecret);

        Pins.write(corpus.storage(), dataset, first, directory.resolve("gone").toString());
        Pins.write(corpus.storage(), dataset, second, corpus.input().toString()); // the run was begun anew
        assertThat(Expiry.run(corpus.storage(), dataset, 1, 0)).isEqualTo(new Expiry.Result(0, 2, 0));
        assertThat(Expiry.run(corpus.storage(), dataset, 1, Long.MAX_VALUE)).isEqualTo(new Expiry.Result(1, 1, 0));
        Vacuum.run(corpus.storage(), dataset, Long.MAX_VALUE);
        assertThat(files(corpus)).containsAll(without);
        assertThat(withSecret.stream().filter(file -> !without.contains(file))).noneMatch(files(corpus)::contains);
        assertThat(DatasetVerification.run(corpus.storage(), dataset).faults()).isEmpty();
        assertThat(corpus.prepare(corpus.settings("data.unit-bytes=1000")).outcome())
                .isEqualTo(SnapshotCommit.Outcome.UNCHANGED);
    }

    private static List<String> shards(TestCorpus corpus, DatasetSnapshot snapshot) throws IOException {
        return corpus.shards(snapshot, Split.TRAIN).stream()
                .map(shard -> shard.file())
                .toList();
    }

    private static Set<String> files(TestCorpus corpus) throws IOException {
        return TestCorpus.files(corpus.dataset()).keySet();
    }

    /** Made from one of today: it lists its units itself, and nothing else is there. */
    private DatasetSnapshot oldSnapshot(TestCorpus corpus) throws IOException {
        DatasetSnapshot now = corpus.prepare(corpus.settings("data.clean.duplicates=keep", "data.unit-bytes=1000"))
                .snapshot();
        var old = new DatasetSnapshot(
                2,
                now.number(),
                now.parent(),
                now.fingerprint(),
                now.settings(),
                now.vocabulary(),
                List.of(),
                List.of(),
                SnapshotUnits.all(corpus.storage(), corpus.dataset().toString(), now));
        corpus.storage().replace(old.uri(corpus.dataset().toString()), old.toJson());
        for (String folder : List.of("segments", "inputs", "_SUCCESS")) {
            corpus.storage().delete(corpus.dataset() + "/" + folder);
        }
        return old;
    }

    @Test
    @Tag("process")
    void aMigrationThatIsInterruptedAtAnyOperationEndsAsAnUndisturbedOne() throws IOException {
        var corpus = new TestCorpus(directory);
        for (int i = 0; i < 5; i++) {
            corpus.add(i + ".txt", Integer.toString(i).repeat(700));
        }
        DatasetSnapshot old = oldSnapshot(corpus);
        Map<String, String> files = TestCorpus.files(corpus.dataset());
        String root = "s3a://" + UUID.randomUUID();
        var configuration = new Configuration();
        configuration.set("fs.s3a.impl", MemoryFileSystem.class.getName());
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration)) {
            Storage storage = Storage.of(Map.of("fs.s3a.impl", MemoryFileSystem.class.getName()));
            copy(files, storage, root + "/undisturbed");
            store.forgetCounts();
            DatasetSnapshot migrated =
                    SnapshotCommit.migrate(storage, root + "/undisturbed").snapshot();
            long operations = EnumSet.allOf(Operation.class).stream()
                    .mapToLong(store::operations)
                    .sum();
            assertThat(operations).isGreaterThan(20);
            assertThat(migrated.number()).isEqualTo(old.number() + 1);
            assertThat(SnapshotUnits.all(storage, root + "/undisturbed", migrated))
                    .isEqualTo(old.ownUnits());
            Map<String, String> undisturbed = state(store, root + "/undisturbed/");
            int noticed = 0;
            for (long n = 1; n <= operations; n++) {
                String dataset = root + "/at-" + n;
                copy(files, storage, dataset);
                store.inject(new StoreFault(
                        EnumSet.allOf(Operation.class), "", n, n % 2 == 0 ? Effect.BEFORE : Effect.AFTER));
                try {
                    SnapshotCommit.migrate(storage, dataset);
                } catch (IOException e) {
                    noticed++;
                }
                store.heal();
                SnapshotCommit.migrate(storage, dataset);
                assertThat(state(store, dataset + "/"))
                        .as("after operation %d", n)
                        .isEqualTo(undisturbed);
                assertThat(DatasetVerification.run(storage, dataset).faults()).isEmpty();
            }
            assertThat(noticed).isGreaterThan(10);
        }
    }

    private static void copy(Map<String, String> files, Storage storage, String dataset) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            storage.replace(dataset + "/" + file.getKey(), file.getValue().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static Map<String, String> state(MemoryFileSystem store, String directory) {
        Map<String, String> state = new TreeMap<>();
        store.contents().forEach((uri, content) -> {
            if (uri.startsWith(directory)) {
                state.put(uri.substring(directory.length()), Hashes.sha256(content));
            }
        });
        return state;
    }
}
