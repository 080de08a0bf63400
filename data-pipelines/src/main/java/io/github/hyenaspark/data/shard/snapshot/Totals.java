package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What some units add up to.
 *
 * @param splits of every split
 * @param objectBytes of all their objects
 * @param duplicateTokens tokens to train on that plans leave out, because their documents are duplicates
 */
public record Totals(
        long units, UnitEntry.Counts counts, Map<Split, OfSplit> splits, long objectBytes, long duplicateTokens)
        implements Serializable {
    public static final Totals NONE = new Totals(0, UnitEntry.Counts.NONE, Map.of(), 0, 0);

    public Totals {
        Map<Split, OfSplit> all = new EnumMap<>(Split.class);
        Arrays.stream(Split.values()).forEach(split -> all.put(split, OfSplit.NONE));
        all.putAll(splits);
        splits = Collections.unmodifiableMap(all);
    }

    /** Documents, tokens with the ends of documents, bytes of text, shards and bytes of their {@code .bin}. */
    public record OfSplit(long documents, long tokens, long textBytes, long shards, long shardBytes)
            implements Serializable {
        static final OfSplit NONE = new OfSplit(0, 0, 0, 0, 0);

        static OfSplit of(ShardEntry shard) {
            return new OfSplit(
                    shard.documents(),
                    shard.tokens(),
                    shard.textBytes(),
                    1,
                    shard.bin().bytes());
        }

        OfSplit plus(OfSplit other) {
            return new OfSplit(
                    documents + other.documents,
                    tokens + other.tokens,
                    textBytes + other.textBytes,
                    shards + other.shards,
                    shardBytes + other.shardBytes);
        }
    }

    public static Totals of(UnitEntry unit) {
        Map<Split, OfSplit> splits = new EnumMap<>(Split.class);
        unit.shards().forEach(shard -> splits.merge(shard.split(), OfSplit.of(shard), OfSplit::plus));
        long bytes = unit.files().stream().mapToLong(ObjectRef::bytes).sum();
        return new Totals(1, unit.counts(), splits, bytes, 0);
    }

    public Totals plus(Totals other) {
        Map<Split, OfSplit> sum = new EnumMap<>(splits);
        other.splits.forEach((split, more) -> sum.merge(split, more, OfSplit::plus));
        return new Totals(
                units + other.units,
                counts.plus(other.counts),
                sum,
                objectBytes + other.objectBytes,
                duplicateTokens + other.duplicateTokens);
    }

    /** The same with other duplicates. */
    public Totals with(long exact, long near, long tokens) {
        return new Totals(units, counts.with(exact, near), splits, objectBytes, tokens);
    }

    public OfSplit of(Split split) {
        return splits.getOrDefault(split, OfSplit.NONE);
    }

    public long shards() {
        return splits.values().stream().mapToLong(OfSplit::shards).sum();
    }

    public ObjectNode toJson() {
        ObjectNode json = Json.object().put("units", units);
        counts.putTo(json);
        json.put("object_bytes", objectBytes).put("duplicate_tokens", duplicateTokens);
        splits.forEach((split, of) -> json.putObject(split.folder())
                .put("documents", of.documents)
                .put("tokens", of.tokens)
                .put("text_bytes", of.textBytes)
                .put("shards", of.shards)
                .put("shard_bytes", of.shardBytes));
        return json;
    }

    public static Totals fromJson(JsonNode json, String where) throws CorruptFileException {
        Map<Split, OfSplit> splits = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            ObjectNode of = Json.object(json, where, split.folder());
            splits.put(
                    split,
                    new OfSplit(
                            Json.wholeNumber(of, where, "documents"),
                            Json.wholeNumber(of, where, "tokens"),
                            Json.wholeNumber(of, where, "text_bytes"),
                            Json.wholeNumber(of, where, "shards"),
                            Json.wholeNumber(of, where, "shard_bytes")));
        }
        return new Totals(
                Json.wholeNumber(json, where, "units"),
                UnitEntry.Counts.fromJson(json, where),
                splits,
                Json.wholeNumber(json, where, "object_bytes"),
                Json.wholeNumber(json, where, "duplicate_tokens"));
    }
}
