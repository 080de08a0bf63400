package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import java.util.List;

/** What {@code inspect} says of a snapshot of a dataset. */
final class DatasetInspection {
    private DatasetInspection() {}

    static ObjectNode of(String dataset, DatasetSnapshot snapshot) {
        ObjectNode json = Json.object()
                .put("dataset", dataset)
                .put("snapshot", snapshot.uri(dataset))
                .put("snapshot_sha256", snapshot.sha256())
                .put("number", snapshot.number())
                .put("parent_sha256", snapshot.parent())
                .put("documents", snapshot.documents(Split.TRAIN) + snapshot.documents(Split.VALIDATION))
                .put("tokens", snapshot.tokens(Split.TRAIN) + snapshot.tokens(Split.VALIDATION))
                .put("units", snapshot.units().size())
                .put("shards", snapshot.shards().size())
                .put("shard_bytes", shardBytes(snapshot.shards()))
                .put("duplicates", snapshot.counts().duplicates())
                .put("filtered", snapshot.counts().filtered())
                .put("rejected", snapshot.counts().bad())
                .put("tokenizer", snapshot.vocabulary().tokenizer())
                .put("tokenizer_sha256", snapshot.vocabulary().fingerprint())
                .put("vocabulary_size", snapshot.vocabulary().size());
        ObjectNode splits = json.putObject("splits");
        for (Split split : Split.values()) {
            splits.putObject(split.folder())
                    .put("documents", snapshot.documents(split))
                    .put("tokens", snapshot.tokens(split))
                    .put("bytes", snapshot.textBytes(split))
                    .put("shards", snapshot.shards(split).size())
                    .put("shard_bytes", shardBytes(snapshot.shards(split)));
        }
        ObjectNode settings = json.putObject("settings");
        snapshot.settings().forEach(settings::put);
        return json;
    }

    /** Of the token files; index and checksums are small beside them. */
    private static long shardBytes(List<ShardEntry> shards) {
        return shards.stream().mapToLong(shard -> shard.facts().bytes()).sum();
    }
}
