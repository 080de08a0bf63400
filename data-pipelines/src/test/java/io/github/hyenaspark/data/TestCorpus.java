package io.github.hyenaspark.data;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateLists;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateRule;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.duplicate.KeyRunFile;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.Quarantine;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Files in a directory as the input of a dataset beside them. */
public final class TestCorpus {
    private final Path directory;
    private final Storage storage;

    /** A corpus in {@code directory/input}. */
    public TestCorpus(Path directory) throws IOException {
        this.directory = directory;
        this.storage = Storage.local();
    }

    /** The input's directory. */
    public Path input() {
        return directory.resolve("input");
    }

    /** The dataset of {@link #config}. */
    public Path dataset() {
        return directory.resolve("dataset");
    }

    /** Local storage. */
    public Storage storage() {
        return storage;
    }

    /** Writes a document. */
    public TestCorpus add(String path, byte[] text) throws IOException {
        Path file = input().resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, text);
        return this;
    }

    /** Writes a document. */
    public TestCorpus add(String path, String text) throws IOException {
        return add(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Units of 1,000 bytes, shards of 8 KiB, no limit of bad documents, these validation documents. */
    public DataConfig config(String... validationDocuments) {
        return settings("data.validation-documents=[" + quoted(validationDocuments) + "]");
    }

    /** The same for another dataset. */
    public DataConfig config(Path otherDataset, String... validationDocuments) {
        return settings(
                "data.dataset=" + otherDataset, "data.validation-documents=[" + quoted(validationDocuments) + "]");
    }

    /** Units of 1,000 bytes, shards of 8 KiB, no limit of bad documents, nothing held out, and these settings. */
    public DataConfig settings(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "data.input=" + input(),
                "data.dataset=" + dataset(),
                "data.unit-bytes=1000",
                "data.shard-bytes=8192",
                "data.validation-fraction=0",
                "data.max-bad-fraction=1"));
        all.addAll(List.of(settings));
        return Settings.load(all).bind("data", DataConfig.class);
    }

    private static String quoted(String... names) {
        return Arrays.stream(names).map(name -> "\"" + name + "\"").collect(Collectors.joining(","));
    }

    /** What a configuration decides. */
    public DatasetSpec recipe(DataConfig config) throws IOException {
        return DatasetSpec.of(storage, config);
    }

    /** What there is to do. */
    public InputPlan plan(DataConfig config) throws IOException {
        return InputPlan.of(storage, recipe(config));
    }

    /** Runs a whole preparation. */
    public SnapshotCommit.Result prepare(DataConfig config) throws IOException {
        DatasetSpec recipe = recipe(config);
        recipe.storeTokenizer(storage);
        Tokenizer tokenizer = recipe.tokenizer(storage);
        InputPlan plan = InputPlan.of(storage, recipe);
        for (WorkUnit unit : plan.work()) {
            UnitWork.run(unit, recipe, tokenizer, storage);
        }
        return commit(storage, recipe, plan);
    }

    /** Prepares one unit. */
    public UnitRecord run(WorkUnit unit, DataConfig config) throws IOException {
        DatasetSpec recipe = recipe(config);
        recipe.storeTokenizer(storage);
        return UnitWork.run(unit, recipe, recipe.tokenizer(storage), storage);
    }

    /** Commits what was prepared. */
    public SnapshotCommit.Result commit(DataConfig config, InputPlan plan) throws IOException {
        return commit(storage, recipe(config), plan);
    }

    /** Commits what was prepared on any storage. */
    public static SnapshotCommit.Result commit(Storage storage, DatasetSpec recipe, InputPlan plan) throws IOException {
        SnapshotCommit commit = SnapshotCommit.open(storage, recipe, plan);
        return commit.commit(duplicates(storage, commit.search()));
    }

    /** What a dataset has in quarantine, a line for each. */
    public List<String> quarantine(DatasetSnapshot snapshot) throws IOException {
        List<String> lines = new ArrayList<>();
        for (UnitEntry unit : units(snapshot)) {
            var object = unit.object(Quarantine.FOLDER);
            if (object.isPresent()) {
                Quarantine.read(
                        storage,
                        Storage.resolve(dataset().toString(), object.get().file()),
                        record -> lines.add(record.path() + " at " + record.position() + ", byte " + record.offset()
                                + ": " + record.reason()));
            }
        }
        return lines;
    }

    /** What the jobs do on a cluster. */
    private static DuplicateSearch.Result duplicates(Storage storage, DuplicateSearch search) throws IOException {
        if (search.kinds() == 0) {
            return new DuplicateSearch.Result(search.runs(), List.of());
        }
        String dataset = search.spec().config().dataset();
        DuplicateSearch sorted = search.unsorted().isEmpty()
                ? search
                : search.with(List.of(sorted(storage, dataset, search.newName(0), search.sorted(storage))));
        List<long[]> found = new ArrayList<>();
        int ranges = 8;
        for (int range = 0; range < ranges; range++) {
            try (DuplicateSearch.Found some = sorted.found(storage, range, ranges)) {
                some.forEachRemaining(found::add);
            }
        }
        found.sort(DuplicateRule::compareUnits);
        List<DuplicateSearch.Marked> marked = DuplicateLists.write(storage, sorted, found.iterator());
        List<KeyRun> runs = sorted.merged(merge -> {
            List<ObjectRef> parts = new ArrayList<>();
            for (int part = 0; part < merge.parts(); part++) {
                parts.add(merge.write(storage, dataset, part));
            }
            return parts;
        });
        return new DuplicateSearch.Result(runs, marked);
    }

    private static ObjectRef sorted(Storage storage, String dataset, String name, List<long[]> candidates)
            throws IOException {
        Iterator<long[]> keys = candidates.iterator();
        return KeyRunFile.write(storage, dataset, name, 0, 1, () -> keys.hasNext() ? keys.next() : new long[0]);
    }

    /** The units of a snapshot. */
    public List<UnitEntry> units(DatasetSnapshot snapshot) throws IOException {
        return SnapshotUnits.all(storage, dataset().toString(), snapshot);
    }

    /** The shards of a split of a snapshot. */
    public List<ShardEntry> shards(DatasetSnapshot snapshot, Split split) throws IOException {
        return shards(storage, dataset().toString(), snapshot, split);
    }

    /** The same of any dataset. */
    public static List<ShardEntry> shards(Storage storage, String dataset, DatasetSnapshot snapshot, Split split)
            throws IOException {
        return SnapshotUnits.all(storage, dataset, snapshot).stream()
                .flatMap(unit -> unit.shards(split).stream())
                .toList();
    }

    /** Every file below a directory by its relative path. */
    public static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                files.put(directory.relativize(file).toString(), content);
            }
        }
        return files;
    }
}
