package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a test may want to know of a dataset at some moment. */
public record DatasetState(Storage storage, String dataset) {
    private static final String INDEX = "/index.json";
    private static final List<Integer> LENGTHS = List.of(64, 1000);

    /** SHA-256 of every object that the newest snapshot lists, of the snapshot, the tokenizer and the views. */
    public Map<String, String> objects() throws IOException {
        DatasetSnapshot snapshot = DatasetSnapshot.newest(storage, dataset);
        Map<String, String> objects = new TreeMap<>();
        List<ObjectRef> listed = new ArrayList<>();
        SnapshotUnits.all(storage, dataset, snapshot).forEach(unit -> listed.addAll(unit.files()));
        snapshot.keys().forEach(run -> listed.addAll(run.parts()));
        for (Segment.Entry segment : snapshot.segments()) {
            listed.add(segment.file());
            listed.addAll(Segment.read(storage, dataset, segment).parts());
            segment.duplicates().ifPresent(listed::add);
        }
        for (ObjectRef object : listed) {
            objects.put(object.file(), hash(Storage.resolve(dataset, object.file())));
        }
        objects.put("snapshot", hash(snapshot.uri(dataset)));
        objects.put(
                "tokenizer",
                hash(DatasetSpec.tokenizerUri(dataset, snapshot.vocabulary().fingerprint())));
        for (String view : List.of("train" + INDEX, "validation" + INDEX, "_SUCCESS")) {
            objects.put(view, hash(Storage.resolve(dataset, view)));
        }
        return objects;
    }

    private String hash(String uri) throws IOException {
        return storage.hashed(uri).sha256();
    }

    /** SHA-256 of the packing plans of each split, strategy and length. */
    public Map<String, String> plans() throws IOException {
        DatasetSnapshot snapshot = DatasetSnapshot.newest(storage, dataset);
        Map<String, String> plans = new TreeMap<>();
        for (Split split : Split.values()) {
            long[] tokens = tokens(snapshot, split);
            for (PackingConfig.Strategy strategy : PackingConfig.Strategy.values()) {
                for (int length : LENGTHS) {
                    PackingPlan plan = PackingPlan.of(tokens, new PackingConfig(strategy, length));
                    plans.put(split + " " + strategy + " " + length, hash(plan));
                }
            }
        }
        return plans;
    }

    private static String hash(PackingPlan plan) {
        var parts = new StringBuilder();
        for (long sequence = 0; sequence < plan.sequences(); sequence++) {
            parts.append(plan.parts(sequence)).append('\n');
        }
        return Hashes.sha256(parts.toString().getBytes(StandardCharsets.UTF_8));
    }

    private long[] tokens(DatasetSnapshot snapshot, Split split) throws IOException {
        Map<String, int[]> dropped = SnapshotUnits.duplicates(storage, dataset, snapshot);
        List<Long> tokens = new ArrayList<>();
        List<ShardEntry> shards = SnapshotUnits.all(storage, dataset, snapshot).stream()
                .flatMap(unit -> unit.shards(split).stream())
                .toList();
        for (ShardEntry shard : shards) {
            try (ShardReader reader = ShardReader.open(storage, dataset, shard, snapshot.tokenType())) {
                int first = tokens.size();
                for (int document = 0; document < reader.documents(); document++) {
                    tokens.add(reader.tokens(document));
                }
                for (int document : dropped.getOrDefault(shard.file(), new int[0])) {
                    tokens.set(first + document, 0L);
                }
            }
        }
        return tokens.stream().mapToLong(Long::longValue).toArray();
    }

    /** The texts of all documents in all shards, sorted. */
    public List<String> documents() throws IOException {
        return documents("");
    }

    /** The same of the snapshot of this number; empty for the newest. */
    public List<String> documents(String number) throws IOException {
        DatasetSnapshot snapshot = DatasetSnapshot.numbered(storage, dataset, number);
        Vocabulary vocabulary = snapshot.vocabulary();
        String file = DatasetSpec.tokenizerUri(dataset, vocabulary.fingerprint());
        Tokenizer tokenizer = Tokenizer.ofFile(vocabulary.tokenizer(), storage.read(file));
        List<String> documents = new ArrayList<>();
        List<ShardEntry> shards = SnapshotUnits.all(storage, dataset, snapshot).stream()
                .flatMap(unit -> unit.shards().stream())
                .toList();
        for (ShardEntry shard : shards) {
            try (ShardReader reader = ShardReader.open(storage, dataset, shard, snapshot.tokenType())) {
                for (int document = 0; document < reader.documents(); document++) {
                    documents.add(text(reader, document, tokenizer));
                }
            }
        }
        Collections.sort(documents);
        return documents;
    }

    private static String text(ShardReader reader, int document, Tokenizer tokenizer) throws IOException {
        int count = Math.toIntExact(reader.tokens(document)) - 1; // the last one is the end of the document
        int[] tokens = new int[count];
        reader.read(document, 0, tokens, 0, count);
        return new String(tokenizer.decode(tokens), StandardCharsets.UTF_8);
    }

    /** How many units have their record. */
    public int records() throws IOException {
        return (int) storage.everythingBelow(Storage.resolve(dataset, "units")).stream()
                .filter(file -> !file.name().startsWith("."))
                .count();
    }

    /** What {@code verify} finds. */
    public List<String> faults() throws IOException {
        return DatasetVerification.run(storage, dataset).faults();
    }

    /** At any time a reader finds no snapshot or a whole one, and no index or one of files that are there. */
    public void assertWhole() throws IOException {
        if (!DatasetSnapshot.uris(storage, dataset).isEmpty()) {
            assertThat(faults())
                    .as("faults but for missing views")
                    .allMatch(fault -> fault.contains(INDEX) || fault.contains("/_SUCCESS"));
        }
        for (Split split : Split.values()) {
            String uri = Storage.resolve(dataset, split.folder() + INDEX);
            if (storage.exists(uri)) {
                for (JsonNode shard : Json.parse(uri, storage.read(uri)).get("shards")) {
                    JsonNode file = shard.get("raw_data");
                    String bin = split.folder() + "/" + file.get("basename").textValue();
                    assertThat(storage.length(Storage.resolve(dataset, bin)))
                            .as(bin)
                            .isEqualTo(file.get("bytes").longValue());
                }
            }
        }
    }

    /** All files, by path. */
    public List<String> files() throws IOException {
        return storage.everythingBelow(dataset).stream().map(FileInfo::uri).toList();
    }
}
