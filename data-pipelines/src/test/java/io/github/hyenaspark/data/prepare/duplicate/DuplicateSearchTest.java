package io.github.hyenaspark.data.prepare.duplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.data.prepare.commit.Expiry;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.testing.Nights;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;

/** What a night reads to find duplicates. */
class DuplicateSearchTest {
    private static final Map<String, String> HADOOP = Map.of("fs.s3a.impl", MemoryFileSystem.class.getName());

    private final String root = "s3a://" + UUID.randomUUID();
    private final Storage storage = Storage.of(HADOOP);

    private void add(String path, String text) throws IOException {
        storage.replace(root + "/input/" + path, text.getBytes(StandardCharsets.UTF_8));
    }

    private DatasetSpec spec(String duplicates, String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "data.input=" + root + "/input",
                "data.dataset=" + root + "/dataset",
                "data.unit-bytes=20000",
                "data.validation-fraction=0",
                "data.clean.duplicates=" + duplicates));
        all.addAll(List.of(settings));
        return DatasetSpec.of(storage, Settings.load(all).bind("data", DataConfig.class));
    }

    @Test
    void aNightReadsNewTablesOnceAndTheSortedKeysOnce() throws IOException {
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration)) {
            for (int i = 0; i < 60; i++) {
                add("old-" + i + ".txt", ("sentence " + i + " of a text that goes on. ").repeat(50));
            }
            DatasetSnapshot first = Nights.prepare(storage, spec("near")).snapshot();
            add("zz-copy.txt", "sentence 7 of a text that goes on. ".repeat(50));
            add("zz-near.txt", "sentence 8 of a text that goes on. ".repeat(49) + "The end.");
            add("zz-new.txt", "nothing of the kind was ever said before now");
            store.forgetCounts();
            DatasetSnapshot second = Nights.prepare(storage, spec("near")).snapshot();

            assertThat(first.counts().duplicates()).isZero();
            assertThat(second.counts().exactDuplicates()).isEqualTo(1);
            assertThat(second.counts().nearDuplicates()).isEqualTo(1);
            assertThat(second.keys()).hasSize(2);
            Map<String, Long> read = store.bytesRead();
            List<String> tables =
                    read.keySet().stream().filter(uri -> uri.contains("/docs/")).toList();
            assertThat(tables).as("tables of documents").hasSize(1);
            long keys = second.keys().stream()
                    .flatMap(run -> run.parts().stream())
                    .mapToLong(part -> part.bytes())
                    .sum();
            long keysRead = read.entrySet().stream()
                    .filter(file -> file.getKey().contains("/keys/"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            // eight ranges read the table of a run, 6 KiB, eight times
            assertThat(keysRead).isLessThan(keys + 2 * 8 * 6_200L);
        }
    }

    /** Nights with a copy of a text of any night before, more of them than runs of keys are left alone. */
    @Test
    void manyNightsHaveFewRunsAndFindTheSameDuplicates() throws IOException {
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration)) {
            for (int night = 0; night < 20; night++) {
                add(night + "-new.txt", ("the words of night " + night + " and no other. ").repeat(20));
                if (night > 0) {
                    add(
                            night + "-copy.txt",
                            ("the words of night " + night * 7 % night + " and no other. ").repeat(20));
                }
                if (night == 15) {
                    storage.delete(root + "/input/3-new.txt"); // its copies are now the first
                }
                store.forgetCounts();
                DatasetSnapshot snapshot =
                        Nights.prepare(storage, spec("near", "data.prune=true")).snapshot();
                assertThat(snapshot.keys()).as("runs after night %d", night).hasSizeLessThan(KeyMerge.MOST);
                assertThat(keysIn(store.bytesRead().keySet()))
                        .as("runs read in night %d", night)
                        .hasSizeLessThanOrEqualTo(KeyMerge.MOST);
            }
            String dataset = root + "/dataset";
            DatasetSnapshot last = DatasetSnapshot.newest(storage, dataset);
            DatasetSnapshot atOnce = Nights.prepare(storage, spec("near", "data.dataset=" + root + "/at-once"))
                    .snapshot();
            assertThat(last.counts()).isEqualTo(atOnce.counts());
            assertThat(last.counts().duplicates()).isGreaterThan(10);
            assertThat(DatasetVerification.run(storage, dataset).faults()).isEmpty();

            Expiry.run(storage, dataset, 1, Long.MAX_VALUE);
            Vacuum.run(storage, dataset, Long.MAX_VALUE);
            assertThat(storage.list(dataset + "/keys").stream()
                            .map(FileInfo::name)
                            .map(name -> "keys/" + name))
                    .containsExactlyInAnyOrderElementsOf(last.keys().stream()
                            .flatMap(run -> run.parts().stream())
                            .map(ObjectRef::file)
                            .toList());
            assertThat(DatasetVerification.run(storage, dataset).faults()).isEmpty();
        }
    }

    /** Its units have the names and texts they had, so it is the same segment, now behind the others of its run. */
    @Test
    void theDuplicatesOfASegmentThatComesBackAreFound() throws IOException {
        String text = "the same words of two files. ".repeat(20);
        for (int night = 0; night < KeyMerge.MOST; night++) {
            add(night + ".txt", night < 2 ? text : ("the words of night " + night + ". ").repeat(20));
            Nights.prepare(storage, spec("near", "data.prune=true"));
        }
        String dataset = root + "/dataset";
        DatasetSnapshot all = DatasetSnapshot.newest(storage, dataset);
        assertThat(all.keys()).hasSize(1);
        assertThat(all.counts().duplicates()).isEqualTo(1);

        storage.delete(root + "/input/0.txt");
        DatasetSnapshot without =
                Nights.prepare(storage, spec("near", "data.prune=true")).snapshot();
        assertThat(without.counts().duplicates()).isZero();
        add("0.txt", text);
        DatasetSnapshot back =
                Nights.prepare(storage, spec("near", "data.prune=true")).snapshot();

        int last = back.segments().size() - 1;
        assertThat(back.segments().get(last).id())
                .isEqualTo(all.segments().get(0).id());
        assertThat(back.segments().get(last).totals().counts().duplicates()).isEqualTo(1);
        assertThat(back.counts().duplicates()).isEqualTo(1);
        assertThat(back.keys()).hasSize(2);
        for (int night = 0; night < KeyMerge.MOST; night++) {
            add(night + "-copy.txt", text);
            DatasetSnapshot later =
                    Nights.prepare(storage, spec("near", "data.prune=true")).snapshot();
            assertThat(later.counts().duplicates()).isEqualTo(night + 2);
        }
        assertThat(DatasetVerification.run(storage, dataset).faults()).isEmpty();
    }

    /** Of units that have left there may be no table any more; if they come back, so must their keys. */
    @Test
    void lostKeysAreSortedAgainWithoutUnitsThatHaveLeft() throws IOException {
        addThreeUnits();
        prepareUnits();
        storage.delete(root + "/input/1.txt");
        DatasetSnapshot without = prepareUnits();
        assertThat(without.segments().get(0).gone()).hasSize(1);
        String dataset = root + "/dataset";
        Expiry.run(storage, dataset, 1, Long.MAX_VALUE);
        Vacuum.run(storage, dataset, Long.MAX_VALUE);
        storage.delete(dataset + "/keys");
        add("copy.txt", words(2));
        DatasetSnapshot copied = prepareUnits();
        assertThat(copied.counts().duplicates()).isEqualTo(1);
        assertNewestIsWhole(dataset);

        storage.delete(root + "/input/0.txt");
        storage.delete(root + "/input/2.txt");
        prepareUnits();
        addThreeUnits();
        DatasetSnapshot back = prepareUnits();
        assertThat(back.segments().get(1).id())
                .isEqualTo(without.segments().get(0).id());
        add("later.txt", words(1));
        assertThat(prepareUnits().counts().duplicates()).isEqualTo(2);
        assertNewestIsWhole(dataset);
    }

    @Test
    void aLostRunThatWasMergedIsSortedAgainInANightWithoutNewFiles() throws IOException {
        for (int night = 0; night < KeyMerge.MOST; night++) {
            add(night + ".txt", words(night));
            prepareUnits();
        }
        String dataset = root + "/dataset";
        assertThat(DatasetSnapshot.newest(storage, dataset).keys()).hasSize(1);
        storage.delete(dataset + "/keys");
        DatasetSnapshot again = prepareUnits();
        assertThat(again.keys()).hasSize(1);
        assertNewestIsWhole(dataset);
        assertThat(prepareUnits()).isEqualTo(again);
    }

    /** Older snapshots list lost runs until they expire. */
    private void assertNewestIsWhole(String dataset) throws IOException {
        Expiry.run(storage, dataset, 1, Long.MAX_VALUE);
        assertThat(DatasetVerification.run(storage, dataset).faults()).isEmpty();
    }

    private static String words(int file) {
        return ("the words of file " + file + " and no other. ").repeat(20);
    }

    private void addThreeUnits() throws IOException {
        for (int file = 0; file < 3; file++) {
            add(file + ".txt", words(file));
        }
    }

    private DatasetSnapshot prepareUnits() throws IOException {
        return Nights.prepare(storage, spec("near", "data.prune=true", "data.unit-bytes=600"))
                .snapshot();
    }

    private static List<String> keysIn(Set<String> files) {
        return files.stream().filter(uri -> uri.contains("/keys/")).toList();
    }
}
