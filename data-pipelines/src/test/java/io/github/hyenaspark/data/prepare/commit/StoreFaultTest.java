package io.github.hyenaspark.data.prepare.commit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit.Outcome;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Effect;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Preparing on a strict store with the semantics of S3 that fails at each of its operations. */
class StoreFaultTest {
    /** Folders and files whose content a dataset can make again. */
    private static final List<String> WRITTEN_AGAIN = List.of(
            "train/",
            "validation/",
            "docs/",
            "quarantine/",
            "duplicates/",
            "keys/",
            "tokenizer/",
            "reports/",
            "_SUCCESS");

    /** The normal build tries every so many operations, a prime so that all kinds have their turn. */
    private static final int SAMPLE = 41;

    private static final String LEASE = "/lease.json";
    private static final String INDEX = "index.json";
    private static final Map<String, String> HADOOP = Map.of("fs.s3a.impl", MemoryFileSystem.class.getName());

    private final String root = "s3a://" + UUID.randomUUID();
    private MemoryFileSystem store;
    private Storage storage;

    @BeforeEach
    void open() throws IOException {
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration);
        storage = Storage.of(HADOOP);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void add(String path, String text) throws IOException {
        storage.replace(root + "/input/" + path, text.getBytes(UTF_8));
    }

    /** Three units: duplicates of both kinds, documents held out, a bad line, several shards. */
    private void addSmallCorpus() throws IOException {
        String prose = "It was the best of times, it was the worst of times, it was the age of wisdom. ".repeat(4);
        add("a.txt", prose);
        add("b.txt", "held out");
        add("c.jsonl", "{\"text\":\"one\"}\n{\"text\":\"two\"}\n{\"text\": broken\n{\"text\":\"held out\"}\n");
        add("d.txt", prose);
        add("e.txt", prose + "And so on.");
    }

    private DataConfig config(String dataset, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "data.input=" + root + "/input",
                "data.dataset=" + root + "/" + dataset,
                "data.unit-bytes=400",
                "data.shard-bytes=512",
                "data.validation-documents=[\"b.txt\"]",
                "data.clean.duplicates=near",
                "data.max-bad-fraction=1"));
        all.addAll(Arrays.asList(settings));
        return Settings.load(all).bind("data", DataConfig.class);
    }

    /** What the job does, in one thread and without Spark. */
    private SnapshotCommit.Result prepare(DataConfig config) throws IOException {
        DatasetSpec recipe = DatasetSpec.of(storage, config);
        try (var lease = DatasetLease.take(storage, config.dataset())) {
            assertThat(lease.uri()).endsWith(LEASE);
            InputPlan plan = InputPlan.of(storage, recipe);
            if (plan.isDone()) {
                return SnapshotCommit.unchanged(storage, recipe, plan.parent().orElseThrow());
            }
            recipe.storeTokenizer(storage);
            for (WorkUnit unit : plan.work()) {
                UnitWork.run(unit, recipe, recipe.tokenizer(storage), storage);
            }
            return TestCorpus.commit(storage, recipe, plan);
        }
    }

    /** Every file of a dataset by its path in it, and the hash of its bytes. */
    private Map<String, String> state(String dataset) {
        String directory = root + "/" + dataset + "/";
        Map<String, String> state = new TreeMap<>();
        store.contents().forEach((uri, content) -> {
            if (uri.startsWith(directory)) {
                state.put(uri.substring(directory.length()), Hashes.sha256(content));
            }
        });
        return state;
    }

    @ParameterizedTest
    @EnumSource(names = {"AFTER", "TORN"})
    void aFaultAtAnyOperationOfASampleLeavesNothingBehind(Effect effect) throws IOException {
        everyOperation(effect, SAMPLE);
    }

    @Tag("process")
    @ParameterizedTest
    @EnumSource(names = {"BEFORE", "LASTING"})
    void anotherFaultAtAnyOperationOfASampleLeavesNothingBehind(Effect effect) throws IOException {
        everyOperation(effect, SAMPLE);
    }

    @Tag("endurance")
    @ParameterizedTest
    @EnumSource(names = {"BEFORE", "AFTER", "TORN", "LASTING"})
    void aFaultAtAnyOperationLeavesNothingBehind(Effect effect) throws IOException {
        everyOperation(effect, 1);
    }

    private void everyOperation(Effect effect, int step) throws IOException {
        addSmallCorpus();
        store.forgetCounts();
        prepare(config("undisturbed"));
        Map<String, String> undisturbed = state("undisturbed");
        assertThat(undisturbed.keySet())
                .as("every kind of object")
                .anyMatch(file -> file.startsWith("duplicates/"))
                .anyMatch(file -> file.startsWith("quarantine/"))
                .anyMatch(file -> file.matches("validation/./tok-.*"));
        Set<Operation> operations = effect == Effect.TORN ? Set.of(Operation.CLOSE) : EnumSet.allOf(Operation.class);
        long all = operations.stream().mapToLong(store::operations).sum();
        assertThat(all).isGreaterThan(20);
        int failed = 0;
        for (long n = 1; n <= all; n += effect == Effect.TORN ? Math.min(step, 2) : step) {
            var fault = new StoreFault(operations, "", n, effect);
            failed += survives(fault, undisturbed) ? 0 : 1;
        }
        assertThat(failed).as("faults that were noticed").isPositive();
    }

    /** Whether the run ended well all the same. */
    private boolean survives(StoreFault fault, Map<String, String> undisturbed) throws IOException {
        String dataset = "fault-" + fault.effect() + "-" + fault.nth();
        DataConfig config = config(dataset);
        store.inject(fault);
        String failure = failure(config);
        store.heal();
        assertNoHalfState(config.dataset(), fault);
        // the process that held it is gone
        storage.delete(config.dataset() + LEASE);
        SnapshotCommit.Result result = prepare(config);
        assertThat(state(dataset)).as("after %s: %s", fault, failure).isEqualTo(undisturbed);
        assertThat(DatasetVerification.run(storage, config.dataset()).faults()).isEmpty();
        assertThat(result.snapshot().number()).isEqualTo(1);
        assertThat(prepare(config).outcome()).isEqualTo(Outcome.UNCHANGED);
        storage.delete(config.dataset());
        return failure.isEmpty();
    }

    private String failure(DataConfig config) {
        try {
            prepare(config);
            return "";
        } catch (IOException e) {
            assertThat(e).hasMessageContaining(":").isNotInstanceOf(CorruptFileException.class);
            return e.toString();
        }
    }

    /** What a reader may find: no snapshot, or a whole one; views that are whole, but for a store that tears them. */
    private void assertNoHalfState(String dataset, StoreFault fault) throws IOException {
        if (!DatasetSnapshot.uris(storage, dataset).isEmpty()) {
            assertThat(DatasetSnapshot.newest(storage, dataset).number()).isEqualTo(1);
            assertThat(DatasetVerification.run(storage, dataset).faults())
                    .as("after %s", fault)
                    .allMatch(said -> said.contains(INDEX) || said.contains(Views.SUCCESS));
        }
        for (String split : List.of("train", "validation")) {
            String uri = Storage.resolve(dataset, split + "/" + INDEX);
            if (fault.effect() != Effect.TORN && storage.exists(uri)) {
                for (JsonNode shard : Json.parse(uri, storage.read(uri)).get("shards")) {
                    JsonNode data = shard.get("raw_data");
                    String file = Storage.resolve(
                            dataset, split + "/" + data.get("basename").textValue());
                    assertThat(storage.length(file)).isEqualTo(data.get("bytes").longValue());
                }
            }
        }
    }

    @Test
    void objectsThatWereCutShortLongAgoAreWrittenAgain() throws IOException {
        addSmallCorpus();
        DataConfig config = config("dataset");
        prepare(config);
        Map<String, String> undisturbed = state("dataset");
        for (String file : undisturbed.keySet()) {
            if (WRITTEN_AGAIN.stream().anyMatch(file::startsWith) || file.endsWith(".index")) {
                byte[] content = storage.read(config.dataset() + "/" + file);
                storage.replace(config.dataset() + "/" + file, Arrays.copyOf(content, content.length / 2));
                boolean view = file.endsWith(INDEX) || file.equals("_SUCCESS");
                boolean unseen = file.startsWith("tokenizer/");
                prepare(config);
                if (!unseen) {
                    assertThat(state("dataset")).as(file).isEqualTo(undisturbed);
                } else {
                    assertThat(DatasetVerification.run(storage, config.dataset())
                                    .faults())
                            .as(file)
                            .hasSize(1);
                    storage.replace(config.dataset() + "/" + file, content);
                }
                assertThat(view || unseen || file.contains("-")).isTrue();
            }
        }
    }

    @Test
    void whatTellsOfUnitsIsToBeRestoredFromACopy() throws IOException {
        addSmallCorpus();
        DataConfig config = config("dataset");
        prepare(config);
        for (String file : state("dataset").keySet()) {
            if (file.startsWith("segments/") && !file.endsWith(".index")) {
                String uri = config.dataset() + "/" + file;
                byte[] content = storage.read(uri);
                byte[] flipped = content.clone();
                flipped[flipped.length / 2] ^= 1;
                storage.replace(uri, flipped);
                assertThat(DatasetVerification.run(storage, config.dataset()).faults())
                        .as(file)
                        .anyMatch(said -> said.contains(file) && said.endsWith("; restore it from a copy"))
                        .noneMatch(said -> said.contains("run prepare again"));
                storage.replace(uri, content);
            }
        }
    }

    /** Its shards have left with a vacuum, so the index would be another. */
    @Test
    void anIndexThatCannotBeMadeAgainDoesNotStopANight() throws IOException {
        addSmallCorpus();
        DataConfig config = config("dataset", "data.prune=true");
        prepare(config);
        storage.delete(root + "/input/a.txt");
        prepare(config);
        Expiry.run(storage, config.dataset(), 1, Long.MAX_VALUE);
        Vacuum.run(storage, config.dataset(), Long.MAX_VALUE);
        state("dataset").keySet().stream()
                .filter(file -> file.endsWith("-train.index"))
                .forEach(this::deleteFromDataset);
        add("f.txt", "new");
        assertThat(prepare(config).outcome()).isEqualTo(Outcome.CREATED);
        assertThat(DatasetVerification.run(storage, config.dataset()).faults())
                .singleElement()
                .asString()
                .contains("-train.index");
    }

    private void deleteFromDataset(String file) {
        try {
            storage.delete(root + "/dataset/" + file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDamagedRecordOfAUnitIsMadeAgainUnlessASnapshotNeedsIt() throws IOException {
        addSmallCorpus();
        DataConfig config = config("dataset");
        prepare(config);
        Map<String, String> undisturbed = state("dataset");
        storage.delete(config.dataset() + "/snapshots");
        for (String file : undisturbed.keySet()) {
            if (file.startsWith("units/")) {
                byte[] content = storage.read(config.dataset() + "/" + file);
                storage.replace(config.dataset() + "/" + file, Arrays.copyOf(content, content.length / 2));
            }
        }
        prepare(config);
        assertThat(state("dataset")).isEqualTo(undisturbed);
    }

    @Test
    void anIncrementalRunReadsNoByteOfOldInput() throws IOException {
        for (int file = 0; file < 200; file++) {
            add("night-1/" + file + ".txt", "text " + file);
        }
        DataConfig config = config("dataset", "data.validation-documents=[]");
        prepare(config);
        add("night-2/new.txt", "a new text");
        store.forgetCounts();
        DatasetSnapshot second = prepare(config).snapshot();

        assertThat(second.number()).isEqualTo(2);
        assertThat(second.counts().documents()).isEqualTo(201);
        Map<String, Long> input = new TreeMap<>(store.bytesRead());
        input.keySet().removeIf(uri -> !uri.startsWith(root + "/input"));
        assertThat(input).isEqualTo(Map.of(root + "/input/night-2/new.txt", 10L));
    }

    @Test
    @Tag("process")
    void anUnchangedRunOverTenThousandFilesTakesSecondsAndCommitsNothing() throws IOException {
        for (int file = 0; file < 10_000; file++) {
            add("night-" + file % 10 + "/" + file + ".txt", "text " + file);
        }
        DataConfig config =
                config("dataset", "data.unit-bytes=10000", "data.shard-bytes=100000", "data.validation-documents=[]");
        assertThat(prepare(config).snapshot().counts().documents()).isEqualTo(10_000);
        Map<String, String> before = state("dataset");
        store.forgetCounts();

        long begin = System.nanoTime();
        assertThat(prepare(config).outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(5));
        assertThat(state("dataset")).isEqualTo(before);
        assertThat(store.bytesRead().keySet()).noneMatch(uri -> uri.startsWith(root + "/input"));
        assertThat(store.operations(Operation.CREATE))
                .as("the lease, and whether the store excludes")
                .isEqualTo(3);
    }
}
