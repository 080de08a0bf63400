package io.github.hyenaspark.data.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A dataset that a scheduler prepares night after night from an input that lives: files join, also late ones and ones
 * of the time after the run, grow, are uploaded again and deleted; runs are killed and started again. After every night
 * the dataset holds exactly the documents of the files that there are.
 */
public final class Nights {
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");

    private final Storage storage;
    private final String root;
    private final Times times;
    private final Random random;
    private final Map<String, String> files = new TreeMap<>();
    private final Map<String, Instant> changed = new TreeMap<>();
    private int written;

    /** Sets when a file was changed. */
    @FunctionalInterface
    public interface Times {
        void set(String uri, long millis) throws IOException;
    }

    /** A run that may fail. */
    @FunctionalInterface
    public interface Run {
        SnapshotCommit.Result of(DatasetSpec spec) throws IOException;
    }

    public Nights(Storage storage, String root, Times times, long seed) {
        this.storage = storage;
        this.root = root;
        this.times = times;
        this.random = new Random(seed);
    }

    /**
     * Lives through so many nights; {@code run} prepares, perhaps after runs that failed.
     *
     * @param checkEvery after every so many nights all documents are read
     */
    public void live(int nights, int checkEvery, Run run) throws IOException {
        SnapshotCommit.Result result = null;
        for (int night = 0; night < nights; night++) {
            Instant begin = FIRST.plus(night, ChronoUnit.DAYS);
            Instant end = begin.plus(1, ChronoUnit.DAYS);
            boolean eventful = night == 0 || night % 10 != 9;
            if (eventful) {
                change(begin);
            }
            if (night > 0) {
                again(pick(), begin.plus(2, ChronoUnit.HOURS));
            }
            DatasetSpec spec = spec("dataset", begin, end);
            result = run.of(spec);
            if (night % checkEvery > 0) {
                continue;
            }
            List<String> expected = changed.entrySet().stream()
                    .filter(file -> file.getValue().isBefore(end))
                    .map(file -> files.getOrDefault(file.getKey(), ""))
                    .sorted()
                    .toList();
            assertThat(documents(spec, result.snapshot())).as("night %d", night).isEqualTo(expected);
            InputPlan next = InputPlan.of(storage, spec);
            assertThat(next.fresh()).as("night %d", night).isEmpty();
            assertThat(next.kept()).as("night %d", night).isEqualTo(next.before());
        }
        Instant end = FIRST.plus(nights + 9, ChronoUnit.DAYS);
        DatasetSpec last = spec("dataset", FIRST.plus(nights, ChronoUnit.DAYS), end);
        DatasetSnapshot lived = run.of(last).snapshot();
        DatasetSpec spec = spec("at-once", FIRST, end);
        DatasetSnapshot atOnce = prepare(storage, spec).snapshot();
        assertThat(documents(last, lived)).isEqualTo(documents(spec, atOnce));
        assertThat(lived.counts()).isEqualTo(atOnce.counts());
        assertThat(lived.tokens(Split.TRAIN)).isEqualTo(atOnce.tokens(Split.TRAIN));
        assertThat(DatasetVerification.run(storage, last.config().dataset()).faults())
                .isEmpty();
    }

    private void change(Instant begin) throws IOException {
        for (int i = random.nextInt(4) + 1; i > 0; i--) {
            add(begin.plus(random.nextInt(24 * 60), ChronoUnit.MINUTES)); // some after the run, for the next night
        }
        if (random.nextBoolean()) {
            add(begin.minus(2, ChronoUnit.DAYS)); // renamed into place late, which keeps the time
        }
        if (random.nextBoolean()) {
            add(begin.plus(30, ChronoUnit.HOURS)); // for the next night
        }
        if (files.size() > 5 && random.nextBoolean()) {
            String grown = pick();
            write(grown, files.getOrDefault(grown, "") + " and more", begin.plus(1, ChronoUnit.HOURS));
        }
        if (files.size() > 5 && random.nextBoolean()) {
            String gone = pick();
            storage.delete(uri(gone));
            files.remove(gone);
            changed.remove(gone);
        }
    }

    private void add(Instant time) throws IOException {
        int number = written++;
        String text = number % 7 == 6 ? "the same text again" : "text of file " + number + " ".repeat(number % 5) + ".";
        write("day-" + number % 3 + "/" + number + ".txt", text, time);
    }

    /** The same bytes, at another time. */
    private void again(String path, Instant time) throws IOException {
        Instant before = changed.getOrDefault(path, time);
        write(path, files.getOrDefault(path, ""), before.isAfter(time) ? before : time);
    }

    private void write(String path, String text, Instant time) throws IOException {
        files.put(path, text);
        changed.put(path, time);
        storage.replace(uri(path), text.getBytes(StandardCharsets.UTF_8));
        times.set(uri(path), time.toEpochMilli());
    }

    private String pick() {
        List<String> all = new ArrayList<>(files.keySet());
        return all.get(random.nextInt(all.size()));
    }

    private String uri(String path) {
        return root + "/input/" + path;
    }

    private DatasetSpec spec(String dataset, Instant begin, Instant end) throws IOException {
        DataConfig config = Settings.load(List.of(
                        "data.input=" + root + "/input",
                        "data.dataset=" + root + "/" + dataset,
                        "data.unit-bytes=100",
                        "data.validation-fraction=0",
                        "data.on-changed=replace",
                        "data.prune=true",
                        "data.interval-start=" + begin,
                        "data.interval-end=" + end))
                .bind("data", DataConfig.class);
        return DatasetSpec.of(storage, config);
    }

    /** Of the folder {@code input} into {@code dataset}, whatever its times. */
    public static DatasetSpec spec(Storage storage, String root) throws IOException {
        DataConfig config = Settings.load(List.of(
                        "data.input=" + root + "/input",
                        "data.dataset=" + root + "/dataset",
                        "data.validation-fraction=0",
                        "data.clean.duplicates=keep"))
                .bind("data", DataConfig.class);
        return DatasetSpec.of(storage, config);
    }

    /** What the job does, in one thread and without Spark. */
    public static SnapshotCommit.Result prepare(Storage storage, DatasetSpec spec) throws IOException {
        InputPlan plan = InputPlan.of(storage, spec);
        if (plan.isDone()) {
            return SnapshotCommit.unchanged(storage, spec, plan.parent().orElseThrow());
        }
        spec.storeTokenizer(storage);
        for (WorkUnit unit : plan.work()) {
            UnitWork.run(unit, spec, spec.tokenizer(storage), storage);
        }
        return TestCorpus.commit(storage, spec, plan);
    }

    private List<String> documents(DatasetSpec spec, DatasetSnapshot snapshot) throws IOException {
        String dataset = spec.config().dataset();
        List<String> texts = new ArrayList<>();
        SnapshotUnits.read(storage, dataset, snapshot, unit -> {
            for (ShardEntry shard : unit.entry().shards()) {
                try (ShardReader reader = ShardReader.open(storage, dataset, shard, snapshot.tokenType())) {
                    for (int document = 0; document < reader.documents(); document++) {
                        int[] tokens = new int[(int) reader.tokens(document) - 1];
                        reader.read(document, 0, tokens, 0, tokens.length);
                        byte[] bytes = new byte[tokens.length];
                        for (int i = 0; i < bytes.length; i++) {
                            bytes[i] = (byte) tokens[i];
                        }
                        texts.add(new String(bytes, StandardCharsets.UTF_8));
                    }
                }
            }
        });
        return texts.stream().sorted().toList();
    }
}
